import { z } from "zod";
import { RowOnFail } from "../on-fail.ts";

const Literal = z.union([z.number(), z.string(), z.boolean()], { error: "expected a number, text or true/false" });

export const ColumnValues = z.strictObject({
  kind: z.literal("columnValues"),
  column: z.string(),
  op: z.enum([">", ">=", "<", "<=", "=", "!=", "between", "not between", "in", "not in", "matches"]),
  /** One literal, or a list for `between` (two), `in` and `not in`. */
  value: z.union([Literal, z.array(Literal).min(1).readonly()], {
    error: "expected a number, text, true/false, or a list of them",
  }),
  onFail: RowOnFail,
});
export type ColumnValues = z.output<typeof ColumnValues>;

export type Literal = number | bigint | string | boolean;
type ValueFor<Op> = Op extends "between" | "not between"
  ? readonly [Literal, Literal]
  : Op extends "in" | "not in"
    ? readonly Literal[]
    : Op extends "matches"
      ? string
      : Literal;

/**
 * Every value of the column compares so. A NULL fails every comparison but `!=` and `not in`; `between` leaves both ends
 * out, `not between` takes them in; `matches` is a regular expression over the whole text: all as in DQDL. Numbers beyond
 * 2^53 and exact decimals are written as bigint or text: `columnValues("PRICE", "<", "0.10")`. Dates and timestamps are
 * ISO text: `"2026-01-31"`, `"2026-01-31T10:00:00Z"`.
 */
export function columnValues<const C extends string, const Op extends ColumnValues["op"]>(
  column: C,
  op: Op,
  value: ValueFor<Op>,
  options: { readonly onFail?: RowOnFail } = {},
) {
  return { kind: "columnValues", column, op, value: plain(value), ...options } as const;
}

function plain(value: Literal | readonly Literal[]): ColumnValues["value"] {
  const one = (literal: Literal) => (typeof literal === "bigint" ? literal.toString() : literal);
  return typeof value === "object" ? value.map(one) : one(value);
}
