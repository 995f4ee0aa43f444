import { z } from "zod";
import { isValid } from "../../types/index.ts";
import { RowOnFail } from "../on-fail.ts";
import { openRowObserver } from "../row-observer.ts";
import { fieldOf, missingColumns, ruleKind } from "../rule-kind.ts";

const IsComplete = z.strictObject({
  kind: z.literal("isComplete"),
  column: z.string(),
  onFail: RowOnFail,
});

/** No row has NULL in the column. An empty string is a value. */
export function isComplete<const C extends string>(column: C, options: { readonly onFail?: RowOnFail } = {}) {
  return { kind: "isComplete", column, ...options } as const;
}

export const isCompleteRule = ruleKind(IsComplete, ({ column, onFail }) => ({
  scope: "row",
  onFail,
  description: `${column} is complete`,
  columns: [column],
  mismatch: (fields) => missingColumns(fields, [column]),
  open: (context) =>
    openRowObserver(
      {
        expected: "no NULL",
        index: fieldOf(context.fields, column).index,
        failing: (vector) => (vector.nullCount === 0 ? () => false : (row) => !isValid(vector, row)),
        sample: () => "NULL",
      },
      context,
    ),
}));
