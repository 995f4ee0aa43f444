import { z } from "zod";
import { type ColumnVector, type Field, isValid, landTypeText, valueAt, valueText } from "../../types/index.ts";
import { compareRows } from "../compare-rows.ts";
import { type Bound, boundOf, type Literal } from "../literal.ts";
import { RowOnFail } from "../on-fail.ts";
import { openRowObserver } from "../row-observer.ts";
import { fieldOf, missingColumns, ruleKind } from "../rule-kind.ts";

const LiteralSchema = z.union([z.number(), z.string(), z.boolean()], {
  error: "expected a number, text or true/false",
});

const ColumnValues = z.strictObject({
  kind: z.literal("columnValues"),
  column: z.string(),
  op: z.enum([">", ">=", "<", "<=", "=", "!=", "between", "not between", "in", "not in", "matches"]),
  /** One literal, or a list for `between` (two), `in` and `not in`. */
  value: z.union([LiteralSchema, z.array(LiteralSchema).min(1).readonly()], {
    error: "expected a number, text, true/false, or a list of them",
  }),
  onFail: RowOnFail,
});
type ColumnValues = z.output<typeof ColumnValues>;

type Given = Literal | bigint;
type ValueFor<Op> = Op extends "between" | "not between"
  ? readonly [Given, Given]
  : Op extends "in" | "not in"
    ? readonly Given[]
    : Op extends "matches"
      ? string
      : Given;

/**
 * Every value of the column compares so. As in DQDL, a NULL fails every comparison but `!=` and `not in`, `between` leaves
 * both ends out and `not between` takes them in. `matches` is a regular expression over the whole text. Text is compared
 * by code points, NaN is above every number. Numbers beyond 2^53 and exact decimals are written as bigint or text:
 * `columnValues("PRICE", "<", "0.10")`. Dates, times and timestamps are ISO text, without a zone in UTC: `"2026-01-31"`,
 * `"2026-01-31T10:00:00Z"`.
 */
export function columnValues<const C extends string, const Op extends ColumnValues["op"]>(
  column: C,
  op: Op,
  value: ValueFor<Op>,
  options: { readonly onFail?: RowOnFail } = {},
) {
  return { kind: "columnValues", column, op, value: plain(value), ...options } as const;
}

export const columnValuesRule = ruleKind(ColumnValues, (rule) => {
  const { column, op, value, onFail } = rule;
  const wanted = `${op} ${literalsText(value, op)}`;
  return {
    scope: "row",
    onFail,
    description: `${column} ${wanted}`,
    columns: [column],
    mismatch: (fields) => missingColumns(fields, [column]) ?? mismatch(rule, fieldOf(fields, column).field),
    open: (context) => {
      const { index, field } = fieldOf(context.fields, column);
      const failing = failingRows(rule, field);
      return openRowObserver(
        {
          expected: wanted,
          index,
          failing,
          sample: (vector, row) => valueText(field.type, valueAt(field.type, vector, row)),
        },
        context,
      );
    },
  };
});

function mismatch({ op, value }: ColumnValues, { name, type }: Field): string | undefined {
  const listed = typeof value === "object";
  if (op === "matches") {
    if (type.kind !== "string") return `matches goes with text, but ${name} lands as ${landTypeText(type)}`;
    return typeof value === "string" ? patternProblem(value) : "matches expects one regular expression";
  }
  if (op.endsWith("between") && (!listed || value.length !== 2)) return `${op} expects a list of two values`;
  if (op.endsWith("in") && !listed) return `${op} expects a list of values`;
  if (listed && !op.endsWith("between") && !op.endsWith("in")) return `${op} expects one value`;
  if (type.kind === "boolean" && !["=", "!=", "in", "not in"].includes(op)) return `${op} does not go with true/false`;
  for (const literal of listed ? value : [value]) {
    const bound = boundOf(type, literal);
    if ("problem" in bound) return bound.problem;
  }
  return undefined;
}

/** For a vector of the column: whether a row fails. */
function failingRows({ op, value }: ColumnValues, { type }: Field): (vector: ColumnVector) => (row: number) => boolean {
  const nullFails = op !== "!=" && op !== "not in";
  const passes = op === "matches" ? matching(String(value)) : comparing(op, boundsOf(value, type));
  return (vector) => {
    const passing = passes(vector);
    return vector.nullCount === 0
      ? (row) => !passing(row)
      : (row) => (isValid(vector, row) ? !passing(row) : nullFails);
  };
}

function boundsOf(value: ColumnValues["value"], type: Field["type"]): readonly Bound[] {
  return (typeof value === "object" ? value : [value]).map((literal) => {
    const bound = boundOf(type, literal);
    if ("problem" in bound) throw new TypeError(bound.problem);
    return bound;
  });
}

function matching(pattern: string): (vector: ColumnVector) => (row: number) => boolean {
  const expression = new RegExp(`^(?:${pattern})$`, "su");
  return (vector) => (row) => {
    const text = valueAt({ kind: "string" }, vector, row);
    return typeof text === "string" && expression.test(text);
  };
}

function comparing(
  op: Exclude<ColumnValues["op"], "matches">,
  bounds: readonly Bound[],
): (vector: ColumnVector) => (row: number) => boolean {
  return (vector) => {
    const [first = () => 0, second = () => 0, ...more] = bounds.map((bound) => compareRows(vector, bound));
    const all = bounds.length > 1 ? [first, second, ...more] : [first];
    switch (op) {
      case ">":
        return (row) => first(row) > 0;
      case ">=":
        return (row) => first(row) >= 0;
      case "<":
        return (row) => first(row) < 0;
      case "<=":
        return (row) => first(row) <= 0;
      case "=":
        return (row) => first(row) === 0;
      case "!=":
        return (row) => first(row) !== 0;
      case "between":
        return (row) => first(row) > 0 && second(row) < 0;
      case "not between":
        return (row) => first(row) <= 0 || second(row) >= 0;
      case "in":
        return (row) => all.some((compare) => compare(row) === 0);
      case "not in":
        return (row) => all.every((compare) => compare(row) !== 0);
      default:
        return op satisfies never;
    }
  };
}

function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(`^(?:${pattern})$`, "su");
    return undefined;
  } catch (error) {
    return `expected a regular expression, got ${JSON.stringify(pattern)}: ${error instanceof Error ? error.message : error}`;
  }
}

function literalsText(value: ColumnValues["value"], op: ColumnValues["op"]): string {
  if (typeof value !== "object") return JSON.stringify(value);
  const listed = value.map((literal) => JSON.stringify(literal));
  return op.endsWith("between") ? listed.join(" and ") : `[${listed.join(", ")}]`;
}

function plain(value: Given | readonly Given[]): ColumnValues["value"] {
  const one = (literal: Given) => (typeof literal === "bigint" ? literal.toString() : literal);
  return typeof value === "object" ? value.map(one) : one(value);
}
