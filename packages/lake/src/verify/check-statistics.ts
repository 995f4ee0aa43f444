import { compareValues, type Field, valueText } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import type { ColumnSummary, FooterColumn, FooterSummary } from "../parquet/index.ts";
import { isOftenRounded, isOwnFile } from "../read/file-bounds.ts";
import { type ColumnStats, parseStats, toStatsJson } from "../stats/index.ts";
import { type Check, check } from "./check.ts";

/** What a file really holds of a column: by its footer, or by its decoded values. Undefined is "not said". */
export type ColumnFacts = Pick<FooterColumn, "name" | "nullCount" | "min" | "max" | "isMinExact" | "isMaxExact">;

/** `by` says where the facts are from: the bounds of our statistics follow from the footer's, which may be cut. */
export interface FileFacts {
  readonly by: "footer" | "values";
  readonly rowCount: number;
  readonly columns: readonly ColumnFacts[];
}

/**
 * Compares the statistics that the log has of a file with what the file holds: NULL counts are equal, bounds enclose, and
 * bounds that Snowmelt wrote are the very ones it would write. A bound that is too narrow makes readers lose rows. What
 * either side does not say is not compared. Pure.
 */
export function checkStatistics(add: AddFile, facts: FileFacts, fields: readonly Field[]): readonly Check[] {
  const stored = fields.filter(({ name }) => !Object.hasOwn(add.partitionValues, name));
  const stats = parseStats(add.stats, stored);
  if (!stats) return [];
  const wanted = isOwnFile(add) && facts.by === "footer" ? parseStats(ownStats(facts, stored), stored) : undefined;
  const failed = stored.flatMap((field) => {
    const told = stats.columns.get(field.name);
    if (!told) return [];
    const found = facts.columns.find(({ name }) => name === field.name) ?? absent(field.name, facts.rowCount);
    return checkColumn(add, { field, told, found, wanted: wanted?.columns.get(field.name) });
  });
  return failed.map(({ name, column, expected, actual }) =>
    check(name, `${add.path}, column ${column}`, { expected, actual }),
  );
}

interface Difference {
  readonly name: string;
  readonly column: string;
  readonly expected: string;
  readonly actual: string;
}

function checkColumn(
  add: AddFile,
  {
    field,
    told,
    found,
    wanted,
  }: {
    readonly field: Field;
    readonly told: ColumnStats;
    readonly found: ColumnFacts;
    readonly wanted: ColumnStats | undefined;
  },
): Difference[] {
  const column = field.name;
  const differences: Difference[] = [];
  if (told.nullCount !== undefined && found.nullCount !== undefined && told.nullCount !== found.nullCount)
    differences.push({
      name: "null counts",
      column,
      expected: `${found.nullCount} NULL`,
      actual: `${told.nullCount} NULL`,
    });
  if (!isOwnFile(add) && isOftenRounded(field)) return differences;
  for (const side of ["min", "max"] as const) {
    const [bound, value] = [told[side], found[side]];
    if (bound === undefined || value === undefined || value === null) continue;
    const encloses = side === "min" ? compareValues(bound, value) <= 0 : compareValues(bound, value) >= 0;
    const asWritten = wanted?.[side];
    if (encloses && (asWritten === undefined || compareValues(bound, asWritten) === 0)) continue;
    const expected = `${side === "min" ? "least" : "greatest"} ${valueText(field.type, encloses ? (asWritten ?? value) : value)}`;
    const actual = `${side === "min" ? "least" : "greatest"} ${valueText(field.type, bound)}`;
    differences.push({ name: "bounds", column, expected, actual });
  }
  return differences;
}

/** As Snowmelt writes statistics of such a file. Which columns a writer indexes is its own matter, so all are asked for. */
function ownStats({ rowCount, columns }: FileFacts, fields: readonly Field[]): string {
  const summaries = columns.map(
    ({ name, nullCount = 0, min = null, max = null, isMinExact, isMaxExact }): ColumnSummary => ({
      name,
      nullCount,
      nanCount: 0,
      min,
      max,
      isMinExact,
      isMaxExact,
    }),
  );
  return toStatsJson(
    { rowCount, columns: summaries },
    fields,
    fields.map(({ name }) => name),
  );
}

/** A column that is younger than its file is NULL in it. */
const absent = (name: string, rowCount: number): ColumnFacts => ({
  name,
  nullCount: rowCount,
  min: null,
  max: null,
  isMinExact: true,
  isMaxExact: true,
});

/** The columns of a file by its footer, without those whose type is not the table's. */
export function footerFacts(footer: FooterSummary, fields: readonly Field[]): readonly ColumnFacts[] {
  return footer.columns.map((column) => {
    const field = fields.find(({ name }) => name === column.name);
    const isSame = field && column.type && JSON.stringify(column.type) === JSON.stringify(field.type);
    return isSame ? column : { ...column, min: undefined, max: undefined };
  });
}
