import type { Field } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import { type Operand, parseLiteral } from "./literal.ts";
import type { Comparison, Predicate } from "./predicate.ts";

/** A predicate in the terms of a table's columns: every value is exact in its column's type. */
export type BoundPredicate =
  | { readonly kind: "compare"; readonly field: Field; readonly operator: Comparison; readonly operand: ExactOperand }
  | { readonly kind: "in"; readonly field: Field; readonly operands: readonly ExactOperand[] }
  /** The same for every value; NULL stays unknown. */
  | { readonly kind: "constant"; readonly field: Field; readonly isTrue: boolean }
  | { readonly kind: "isNull"; readonly field: Field }
  | { readonly kind: "not"; readonly of: BoundPredicate }
  | { readonly kind: "and" | "or"; readonly of: readonly BoundPredicate[] };

export type ExactOperand =
  | { readonly kind: "units"; readonly value: bigint }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "bytes"; readonly value: Uint8Array };

/** READ_PREDICATE_INVALID for a column that is not there or a value that does not go with its type. Pure. */
export function bindPredicate(predicate: Predicate, fields: readonly Field[]): BoundPredicate {
  switch (predicate.kind) {
    case "compare": {
      const field = findField(fields, predicate.column);
      return bindComparison(field, predicate.operator, parseLiteral(field, predicate.value));
    }
    case "in": {
      const field = findField(fields, predicate.column);
      const operands = predicate.values.map((value) => toExact(parseLiteral(field, value)));
      return { kind: "in", field, operands: operands.flatMap((operand) => operand ?? []) };
    }
    case "isNull":
      return { kind: "isNull", field: findField(fields, predicate.column) };
    case "not":
      return { kind: "not", of: bindPredicate(predicate.of, fields) };
    case "and":
    case "or":
      return { kind: predicate.kind, of: predicate.of.map((part) => bindPredicate(part, fields)) };
    default:
      return predicate satisfies never;
  }
}

/** Names of the columns that a predicate looks at. */
export function predicateColumns(predicate: Predicate): ReadonlySet<string> {
  switch (predicate.kind) {
    case "compare":
    case "in":
    case "isNull":
      return new Set([predicate.column]);
    case "not":
      return predicateColumns(predicate.of);
    case "and":
    case "or":
      return new Set(predicate.of.flatMap((part) => [...predicateColumns(part)]));
    default:
      return predicate satisfies never;
  }
}

export function findField(fields: readonly Field[], name: string): Field {
  const found = fields.find((field) => field.name === name);
  if (found) return found;
  const near = fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
  const hint = near ? `did you mean ${near.name}?` : `Columns: ${fields.map((field) => field.name).join(", ")}.`;
  throw lakeError("READ_PREDICATE_INVALID", `The table has no column ${JSON.stringify(name)}; ${hint}`, {
    details: { column: name },
  });
}

/** A value between two that the column can hold: `x < 1.005` is `x <= 1.00` for two decimals, and `x = 1.005` never true. */
function bindComparison(field: Field, operator: Comparison, operand: Operand): BoundPredicate {
  const exact = toExact(operand);
  if (exact) return { kind: "compare", field, operator, operand: exact };
  if (operand.kind !== "units") return { kind: "constant", field, isTrue: false };
  if (operator === "=" || operator === "!=") return { kind: "constant", field, isTrue: operator === "!=" };
  const isBelow = operator === "<" || operator === "<=";
  return {
    kind: "compare",
    field,
    operator: isBelow ? "<=" : ">",
    operand: { kind: "units", value: operand.floor },
  };
}

function toExact(operand: Operand): ExactOperand | undefined {
  if (operand.kind !== "units") return operand;
  return operand.isExact ? { kind: "units", value: operand.floor } : undefined;
}
