import type { Field, Value } from "@snowmelt/core/types";
import type { DataFile } from "@snowmelt/lake/delta";
import type { ArrivedColumn } from "./compare-source.ts";

/**
 * What the footers of files tell of their columns, as far as it is exact: values, NULLs, and bounds where every file has
 * them. Nothing is added up there. Pure.
 */
export const footerProfiles = (files: readonly DataFile[], fields: readonly Field[]): readonly ArrivedColumn[] =>
  fields.map((field) => footerProfile(files, field));

function footerProfile(files: readonly DataFile[], { name, type }: Field): ArrivedColumn {
  let [rows, nullCount] = [0, 0];
  let range: { readonly min: Value; readonly max: Value } | undefined = { min: null, max: null };
  for (const file of files) {
    const nulls = nullsOf(file, name);
    rows += file.rowCount;
    nullCount += nulls;
    if (nulls < file.rowCount) range = widen(range, file, name);
  }
  const isFloat = type.kind === "float64";
  return {
    name,
    count: rows - nullCount,
    nullCount,
    nanCount: isFloat ? undefined : 0,
    min: range?.min,
    max: range?.max,
    sum: undefined,
    lengthSum: undefined,
  };
}

/** A column that only the log has is one value in the whole file. */
function nullsOf({ summary, partitionValues, rowCount }: DataFile, name: string): number {
  const column = summary.columns.find((candidate) => candidate.name === name);
  if (column) return column.nullCount;
  return (partitionValues[name] ?? null) === null ? rowCount : 0;
}

function widen(
  range: { readonly min: Value; readonly max: Value } | undefined,
  { summary }: DataFile,
  name: string,
): { readonly min: Value; readonly max: Value } | undefined {
  const column = summary.columns.find((candidate) => candidate.name === name);
  if (!range || !column?.isMinExact || !column.isMaxExact || column.min === null || column.max === null)
    return undefined;
  return {
    min: range.min === null || isBelow(column.min, range.min) ? column.min : range.min,
    max: range.max === null || isBelow(range.max, column.max) ? column.max : range.max,
  };
}

/** Text and binary in byte order, as everywhere. */
function isBelow(a: Exclude<Value, null>, b: Exclude<Value, null>): boolean {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) < 0;
  return a < b;
}
