import { z } from "zod";
import { BatchOnFail } from "../on-fail.ts";

export const IsUnique = z.strictObject({
  kind: z.literal("isUnique"),
  columns: z.array(z.string()).min(1).readonly(),
  onFail: BatchOnFail,
});
export type IsUnique = z.output<typeof IsUnique>;

/** No two rows of the batch have the same values in the columns, exactly compared. */
export function isUnique<const C extends string>(
  columns: C | readonly C[],
  options: { readonly onFail?: BatchOnFail } = {},
) {
  const list: readonly C[] = typeof columns === "string" ? [columns] : columns;
  return { kind: "isUnique", columns: list, ...options } as const;
}
