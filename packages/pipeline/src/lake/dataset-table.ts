import type { Dataset } from "@snowmelt/core/definition";
import {
  type DeltaTable,
  type DeltaTableOptions,
  openDeltaTable,
  type Snapshot,
  sweepOrphans,
} from "@snowmelt/lake/delta";
import { openPlainTable, type PlainSnapshot, type PlainTable, sweepPlainOrphans } from "@snowmelt/lake/plain";

/** The table that a dataset lands in: its commits are in a Delta log, or in the manifests of plain Parquet. */
export type DatasetTable = DeltaTable | PlainTable;
export type TableState = Snapshot | PlainSnapshot;

export function openDatasetTable({ land }: Pick<Dataset, "land">, place: DeltaTableOptions): DatasetTable {
  return land.kind === "parquet" ? openPlainTable(place) : openDeltaTable(place);
}

export const isPlainTable = (table: DatasetTable): table is PlainTable => "kind" in table;

export const isPlainState = (state: TableState): state is PlainSnapshot => !("metaData" in state);

/**
 * Whether what is at the place of a table that is not there yet is a table of the other kind: two logs of one folder would
 * each take the other's files for strangers.
 */
export async function isOtherKind(table: DatasetTable, signal: AbortSignal): Promise<boolean> {
  const folder = isPlainTable(table) ? "_delta_log/" : "_snowmelt/";
  for await (const _ of table.store.list(`${table.path}/${folder}`, { signal })) return true;
  return false;
}

/** Deletes what attempts left that are over and that no version names. May be repeated. */
export async function sweepTableOrphans(table: DatasetTable, terminalAttempts: readonly string[]): Promise<void> {
  await (isPlainTable(table)
    ? sweepPlainOrphans(table, { terminalAttempts })
    : sweepOrphans(table, { terminalAttempts }));
}
