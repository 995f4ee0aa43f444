import type { Field } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import { type FooterSummary, type ParquetFooter, summarizeFooter } from "../parquet/index.ts";
import { parsePartitionText } from "../partition/partition-value.ts";
import { parseStats } from "../stats/parse-stats.ts";
import { type ColumnBounds, unknownBounds } from "./may-match.ts";

/** Whether a tag says that Snowmelt wrote the file and its statistics. */
export function isOwnFile(add: AddFile): boolean {
  return Object.keys(add.tags ?? {}).some((tag) => tag.startsWith("snowmelt."));
}

/** The column's bounds where it is a partition column of the file, which are exact. */
export function partitionBounds(add: AddFile, field: Field): ColumnBounds | undefined {
  if (!Object.hasOwn(add.partitionValues, field.name)) return undefined;
  const value = parsePartitionText(field, add.partitionValues[field.name] ?? null);
  if (value === null) return { ...unknownBounds, hasNulls: true, hasValues: false };
  return { min: value, max: value, hasNulls: false, hasValues: true };
}

/** Bounds of a file's columns by its partition and its statistics in the log. Pure. */
export function openFileBounds(add: AddFile, fields: readonly Field[]): (field: Field) => ColumnBounds {
  const stats = parseStats(add.stats, fields);
  const isOwn = isOwnFile(add);
  return (field) => {
    const exact = partitionBounds(add, field);
    if (exact) return exact;
    const column = stats?.columns.get(field.name);
    if (!stats || !column) return unknownBounds;
    const { nullCount } = column;
    const isBelieved = isOwn || !isOftenRounded(field);
    return {
      min: isBelieved ? column.min : undefined,
      max: isBelieved ? column.max : undefined,
      hasNulls: nullCount === undefined ? undefined : nullCount > 0,
      hasValues: nullCount === undefined ? undefined : nullCount < stats.numRecords,
    };
  };
}

/** Bounds of one row group by the file's footer; a column that the file does not have is all NULL. */
export function openGroupBounds(
  footer: ParquetFooter,
  ordinal: number,
  add: AddFile,
): ((field: Field) => ColumnBounds) | undefined {
  const group = footer.rowGroups[ordinal];
  if (!group) return undefined;
  const summary: FooterSummary = summarizeFooter({ ...footer, rowCount: group.rowCount, rowGroups: [group] });
  const columns = new Map(summary.columns.map((column) => [column.name, column]));
  return (field) => {
    const exact = partitionBounds(add, field);
    if (exact) return exact;
    const column = columns.get(field.name);
    if (!column) return { ...unknownBounds, hasNulls: true, hasValues: false };
    // Bounds are in the units of the file's own type.
    if (JSON.stringify(column.type) !== JSON.stringify(field.type)) return unknownBounds;
    const { nullCount } = column;
    return {
      min: column.min,
      max: column.max,
      hasNulls: nullCount === undefined ? undefined : nullCount > 0,
      hasValues: nullCount === undefined ? undefined : nullCount < group.rowCount,
    };
  };
}

/** Other writers pass decimals through a double: beyond its digits their bounds may lie inside the values. */
export const isOftenRounded = ({ type }: Field): boolean => type.kind === "decimal" && type.precision > 15;
