import { isSnowmeltError } from "@snowmelt/core/errors";
import type { ColumnBatch } from "@snowmelt/core/types";
import type { PartitionValues } from "../delta/action.ts";
import { toTableKey } from "../delta/log-path.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import { readTableFile } from "../land/read-table-file.ts";
import { openRowSet, type RowSet } from "../merge/match-file.ts";
import { readFooter } from "../parquet/index.ts";
import { matchRows } from "../read/match-rows.ts";
import type { BoundKeys } from "./erase-key.ts";

export interface FoundRows {
  readonly rows: RowSet;
  readonly rowCount: number;
}

export interface FindRowsOptions {
  readonly keys: BoundKeys;
  /** Told of each row that is found, by a batch of the key columns. */
  readonly onRow?: (batch: ColumnBatch, row: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The rows of a file that a key means, by its key columns, all of which are read. May be retried. */
export async function findRows(
  table: TableLocation,
  file: { readonly path: string; readonly partitionValues: PartitionValues },
  { keys, onRow, signal }: FindRowsOptions,
): Promise<FoundRows> {
  const rows = openRowSet();
  let rowCount = 0;
  for await (const batch of readTableFile(table, file, { fields: keys.fields, signal })) {
    signal?.throwIfAborted();
    for (const row of matchRows(keys.predicate, batch)) {
      rows.add(rowCount + row);
      onRow?.(batch, row);
    }
    rowCount += batch.rowCount;
  }
  return { rows, rowCount };
}

/** The same, or undefined where there is no such file any more. A file that is there and damaged throws as ever. */
export async function findRowsIfThere(...asked: Parameters<typeof findRows>): Promise<FoundRows | undefined> {
  const [table, { path }, { signal }] = asked;
  try {
    return await findRows(...asked);
  } catch (error) {
    if (!isSnowmeltError(error, "PARQUET_MISSING")) throw error;
    const held = await table.store.head(toTableKey(table.path, path), signal ? { signal } : {});
    if (held) throw error;
    return undefined;
  }
}

/**
 * The same count of a file that the log does not name any more, or never did: undefined where it cannot be told, because a
 * key column is neither in the file nor in what is known of its partition, or because it is no Parquet file.
 */
export async function countRows(
  table: TableLocation,
  file: { readonly path: string; readonly partitionValues: PartitionValues },
  { keys, signal }: { readonly keys: BoundKeys; readonly signal?: AbortSignal | undefined },
): Promise<number | undefined> {
  if (!file.path.endsWith(".parquet")) return undefined;
  const footer = await readFooter(table.store, toTableKey(table.path, file.path), signal ? { signal } : {});
  const held = new Set(footer.columns.map(({ name }) => name));
  const isKnown = keys.fields.every(({ name }) => held.has(name) || Object.hasOwn(file.partitionValues, name));
  return isKnown ? (await findRows(table, file, { keys, signal })).rows.size : undefined;
}
