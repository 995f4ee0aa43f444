import { z } from "zod";
import { RowOnFail } from "../on-fail.ts";

export const IsComplete = z.strictObject({
  kind: z.literal("isComplete"),
  column: z.string(),
  onFail: RowOnFail,
});
export type IsComplete = z.output<typeof IsComplete>;

/** No row has NULL in the column. An empty string is a value. */
export function isComplete<const C extends string>(column: C, options: { readonly onFail?: RowOnFail } = {}) {
  return { kind: "isComplete", column, ...options } as const;
}
