import { z } from "zod";
import { BatchOnFail } from "../on-fail.ts";

const count = z.int().min(0);

export const RowCount = z.strictObject({
  kind: z.literal("rowCount"),
  op: z.enum([">", ">=", "<", "<=", "=", "!=", "between"]),
  /** One number, or the two ends of `between`, both left out as in DQDL. */
  value: z.union([count, z.tuple([count, count]).readonly()], {
    error: "expected a whole number of rows, or two of them for between",
  }),
  onFail: BatchOnFail,
});
export type RowCount = z.output<typeof RowCount>;

/** How many rows the batch holds: `rowCount(">", 0)`, `rowCount("between", [100, 200])` (both ends left out). */
export function rowCount<const Op extends RowCount["op"]>(
  op: Op,
  value: Op extends "between" ? readonly [number, number] : number,
  options: { readonly onFail?: BatchOnFail } = {},
) {
  return { kind: "rowCount", op, value, ...options } as const;
}
