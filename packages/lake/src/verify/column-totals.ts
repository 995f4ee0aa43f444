import { compareValues, type Field, type Value } from "@snowmelt/core/types";
import { parsePartitionText } from "../partition/partition-value.ts";
import { footerFacts } from "./check-statistics.ts";
import type { InspectedFile } from "./inspect-file.ts";

/** What the footers of a table say of a column, all together. Undefined where one of them does not say it exactly. */
export interface ColumnTotals {
  readonly name: string;
  /** Values, NULLs aside. */
  readonly valueCount: number | undefined;
  /** Null when there is no value. Undefined for floats, of which a footer does not tell NaN. */
  readonly min: Value | undefined;
  readonly max: Value | undefined;
}

/** Adds up footers, file by file. Partition columns are the log's. */
export interface ColumnTotalsBuilder {
  add(file: InspectedFile): void;
  totals(): readonly ColumnTotals[];
}

export function openColumnTotals(fields: readonly Field[]): ColumnTotalsBuilder {
  const totals = new Map<string, ColumnTotals>(
    fields.map(({ name }) => [name, { name, valueCount: 0, min: null, max: null }]),
  );
  return {
    add(file) {
      for (const field of fields) {
        const held = totals.get(field.name);
        if (held) totals.set(field.name, plus(held, ofFile(file, field)));
      }
    },
    totals: () => [...totals.values()],
  };
}

type Part = Omit<ColumnTotals, "name">;
const unknown: Part = { valueCount: undefined, min: undefined, max: undefined };
const nothing: Part = { valueCount: 0, min: null, max: null };

function ofFile({ add, footer }: InspectedFile, field: Field): Part {
  if (!footer) return unknown;
  if (Object.hasOwn(add.partitionValues, field.name)) {
    const value = parsePartitionText(field, add.partitionValues[field.name] ?? null);
    return value === null ? nothing : { valueCount: footer.rowCount, min: value, max: value };
  }
  const column = footerFacts(footer, [field]).find(({ name }) => name === field.name);
  if (!column) return nothing;
  const { nullCount, min, max, isMinExact, isMaxExact } = column;
  const isFloat = field.type.kind === "float64";
  const isBounded = (value: Value | undefined, isExact: boolean): boolean => !isFloat && (isExact || value === null);
  return {
    valueCount: nullCount === undefined ? undefined : footer.rowCount - nullCount,
    min: isBounded(min, isMinExact) ? min : undefined,
    max: isBounded(max, isMaxExact) ? max : undefined,
  };
}

function plus({ name, ...held }: ColumnTotals, part: Part): ColumnTotals {
  const counted = held.valueCount !== undefined && part.valueCount !== undefined;
  return {
    name,
    valueCount: counted ? (held.valueCount ?? 0) + (part.valueCount ?? 0) : undefined,
    min: outer(held.min, part.min, -1),
    max: outer(held.max, part.max, 1),
  };
}

function outer(a: Value | undefined, b: Value | undefined, sign: 1 | -1): Value | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a === null || b === null) return a ?? b;
  return compareValues(a, b) * sign >= 0 ? a : b;
}
