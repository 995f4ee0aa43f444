import type { Field, Value } from "@snowmelt/core/types";
import type { BoundPredicate, ExactOperand } from "./bind-predicate.ts";
import { compareFloats, compareOrdered } from "./match-rows.ts";
import type { Comparison } from "./predicate.ts";

/** What is known of a column of some rows; undefined is not known. Bounds enclose the values; NaN may lie beyond them. */
export interface ColumnBounds {
  readonly min: Value | undefined;
  readonly max: Value | undefined;
  readonly hasNulls: boolean | undefined;
  readonly hasValues: boolean | undefined;
}

export const unknownBounds: ColumnBounds = {
  min: undefined,
  max: undefined,
  hasNulls: undefined,
  hasValues: undefined,
};

/** False only when the predicate can be true for none of the rows. Pure. */
export function mayMatch(predicate: BoundPredicate, boundsOf: (field: Field) => ColumnBounds): boolean {
  return outcomes(predicate, boundsOf).yes;
}

interface Outcomes {
  readonly yes: boolean;
  readonly no: boolean;
}

function outcomes(predicate: BoundPredicate, boundsOf: (field: Field) => ColumnBounds): Outcomes {
  switch (predicate.kind) {
    case "compare": {
      const bounds = boundsOf(predicate.field);
      if (bounds.hasValues === false) return never;
      const { operator, operand } = predicate;
      return { yes: mayHold(bounds, operator, operand), no: mayHold(bounds, negations[operator], operand) };
    }
    case "in": {
      const bounds = boundsOf(predicate.field);
      if (bounds.hasValues === false) return never;
      return { yes: predicate.operands.some((operand) => mayHold(bounds, "=", operand)), no: true };
    }
    case "constant": {
      const may = boundsOf(predicate.field).hasValues !== false;
      return { yes: may && predicate.isTrue, no: may && !predicate.isTrue };
    }
    case "isNull": {
      const { hasNulls, hasValues } = boundsOf(predicate.field);
      return { yes: hasNulls !== false, no: hasValues !== false };
    }
    case "not": {
      const { yes, no } = outcomes(predicate.of, boundsOf);
      return { yes: no, no: yes };
    }
    case "and":
    case "or": {
      const parts = predicate.of.map((part) => outcomes(part, boundsOf));
      if (predicate.kind === "and") return { yes: parts.every(({ yes }) => yes), no: parts.some(({ no }) => no) };
      return { yes: parts.some(({ yes }) => yes), no: parts.every(({ no }) => no) };
    }
    default:
      return predicate satisfies never;
  }
}

const never: Outcomes = { yes: false, no: false };

const negations: Readonly<Record<Comparison, Comparison>> = {
  "=": "!=",
  "!=": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

function mayHold({ min, max }: ColumnBounds, operator: Comparison, operand: ExactOperand): boolean {
  // Writers leave NaN out of their bounds, so that an upper bound says nothing of what is above it.
  const isFloat = operand.kind === "number";
  if (isFloat && (Number.isNaN(operand.value) || !["=", "<", "<="].includes(operator))) return true;
  const low = orderOf(min, operand);
  const high = orderOf(max, operand);
  switch (operator) {
    case "=":
      return !((low !== undefined && low > 0) || (high !== undefined && high < 0));
    case "!=":
      return !(low === 0 && high === 0);
    case "<":
      return low === undefined || low < 0;
    case "<=":
      return low === undefined || low <= 0;
    case ">":
      return high === undefined || high > 0;
    case ">=":
      return high === undefined || high >= 0;
    default:
      return operator satisfies never;
  }
}

/** The order of a bound against the operand; undefined when either is not known. */
export function orderOf(bound: Value | undefined, operand: ExactOperand): number | undefined {
  if (bound === undefined || bound === null) return undefined;
  switch (operand.kind) {
    case "units":
      return typeof bound === "bigint" || Number.isSafeInteger(bound)
        ? compareOrdered(BigInt(bound as bigint | number), operand.value)
        : undefined;
    case "number":
      return typeof bound === "number" ? compareFloats(bound, operand.value) : undefined;
    case "boolean":
      return typeof bound === "boolean" ? Number(bound) - Number(operand.value) : undefined;
    case "bytes":
      if (typeof bound === "string") return Buffer.compare(Buffer.from(bound), operand.value);
      return bound instanceof Uint8Array ? Buffer.compare(bound, operand.value) : undefined;
    default:
      return operand satisfies never;
  }
}
