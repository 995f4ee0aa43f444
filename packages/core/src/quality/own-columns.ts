import type { ColumnBatch, ColumnVector, Field, LandType, Value } from "../types/index.ts";
import { valueAt, valueText } from "../types/index.ts";
import type { OwnRule } from "./own-rule.ts";
import { fieldOf } from "./rule-kind.ts";

/** A column of a batch under the name that a rule has for it. */
export interface OwnColumn {
  readonly name: string;
  readonly index: number;
  readonly field: Field;
}

/** The columns that a definition lists, by the rule's names; `columns` are as many as it needs. */
export function ownColumns({ needs }: OwnRule, columns: readonly string[], fields: readonly Field[]): OwnColumn[] {
  return Object.keys(needs).map((name, at) => ({ name, ...fieldOf(fields, columns[at] ?? "") }));
}

export const typesOf = (columns: readonly OwnColumn[]): Readonly<Record<string, LandType>> =>
  Object.fromEntries(columns.map(({ name, field }) => [name, field.type]));

/** A row by the rule's names, made anew each time: whoever is given it may keep it. */
export function rowAt(columns: readonly OwnColumn[], batch: ColumnBatch, row: number): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const { name, index, field } of columns) values[name] = exactAt(field.type, vectorOf(batch, index), row);
  return values;
}

/** For people: `DISTANCE 12, MINUTES 0`. */
export const rowText = (columns: readonly OwnColumn[], batch: ColumnBatch, row: number): string =>
  columns
    .map(
      ({ index, field }) => `${field.name} ${valueText(field.type, valueAt(field.type, vectorOf(batch, index), row))}`,
    )
    .join(", ");

export function vectorOf({ columns }: ColumnBatch, index: number): ColumnVector {
  const vector = columns[index];
  if (vector) return vector;
  throw new RangeError(`the batch has ${columns.length} columns, expected more than ${index}`);
}

/** Decimals are held in three widths, and are one to a rule. */
function exactAt(type: LandType, vector: ColumnVector, row: number): Value {
  const value = valueAt(type, vector, row);
  return type.kind === "decimal" && typeof value === "number" ? BigInt(value) : value;
}

const longestReason = 200;

/** Why a rule could not be evaluated, for a line of a report. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${JSON.stringify(error)}`;
  return text.length <= longestReason ? text : `${text.slice(0, longestReason)}…`;
}
