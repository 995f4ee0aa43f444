import type { Random } from "@snowmelt/core/ports";
import { type Field, sameFields } from "@snowmelt/core/types";
import type { AddFile, TableAction } from "../delta/action.ts";
import type { CommitPlan } from "../delta/commit-plan.ts";
import { fileMetrics, snapshotFields, toRemove, withEvolvedSchema } from "../delta/plan-table.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { type DataFile, toAddFile } from "../land/landed-file.ts";
import { readTableFile } from "../land/read-table-file.ts";
import { keptReadTimes, openReadTimes, type ReadTime } from "../land/read-times.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import { parseStats } from "../stats/parse-stats.ts";
import { fate, matchFile, openRowSet, type RowSet } from "./match-file.ts";
import { openKeyFilter } from "./may-hold-keys.ts";
import { type MergeMeter, type MergeProgress, openMergeMeter } from "./merge-meter.ts";
import { type RewriteOptions, rewriteFile } from "./rewrite-file.ts";
import type { WindowKeys } from "./window-keys.ts";

export interface StageMergeOptions {
  readonly table: TableLocation;
  readonly random: Random;
  readonly attemptId: string;
  /** The window's rows, by their keys. */
  readonly window: WindowKeys;
  /** When the window was read at the source, in microseconds since the epoch. */
  readonly snapshotMicros: bigint;
  /** The table's fields after the merge, partition columns included. @default the table's */
  readonly fields?: readonly Field[] | undefined;
  readonly encoder?: ParquetEncoderOptions | undefined;
  /** For `deletionTimestamp`. */
  readonly nowMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: MergeProgress) => void) | undefined;
}

export interface MergeCounts {
  /** Rows of the window: inserted + updated + skippedAsOlder. */
  readonly incoming: number;
  readonly inserted: number;
  readonly updated: number;
  /** Rows older than what the table has of the same key. */
  readonly skippedAsOlder: number;
  readonly rowsBefore: number;
  /** rowsBefore + inserted, as the files say. */
  readonly rowsAfter: number;
}

export interface StagedMerge {
  readonly plan: CommitPlan;
  readonly counts: MergeCounts;
  /** What the commit adds: the window's files, and those written anew. */
  readonly added: readonly DataFile[];
  readonly removed: readonly AddFile[];
  /** Files of the table whose keys were read, by what their statistics said. */
  readonly filesRead: number;
}

/**
 * Writes what a merge by key needs upon a snapshot, and plans its commit: copy on write of the files that hold a row the
 * window replaces. A row is replaced when the incoming one is not older. Nothing becomes visible; it may be repeated, and
 * must be upon another snapshot when the commit conflicts. Memory: the index of a pass, a byte a row of the window, a bit
 * a row of the files read, a row group read and one written.
 */
export async function stageMerge(snapshot: Snapshot, options: StageMergeOptions): Promise<StagedMerge> {
  const { table, window, snapshotMicros, signal, nowMs } = options;
  const fields = options.fields ?? snapshotFields(snapshot);
  const partitionColumns = snapshot.metaData.partitionColumns;
  const meter = openMergeMeter(options.onProgress);
  const rewrite: RewriteOptions = {
    table,
    attemptId: options.attemptId,
    random: options.random,
    fileFields: fields.filter(({ name }) => !partitionColumns.includes(name)),
    partitionColumns,
    alwaysIndexed: window.keyFields.map(({ name }) => name),
    encoder: options.encoder ?? {},
    signal,
    meter,
  };
  const matched = await matchTable(snapshot, options, meter);
  const added: { readonly file: DataFile; readonly readAt: bigint | readonly ReadTime[] }[] = [];
  const removed: AddFile[] = [];
  let removedRows = 0;
  const isRewritten = ({ replaced, rowCount }: MatchedFile): boolean => replaced.size > 0 && replaced.size < rowCount;
  meter.expect(matched.files.filter(isRewritten).reduce((sum, { rowCount }) => sum + rowCount, 0));
  for (const { path, add, replaced, rowCount } of matched.files) {
    if (replaced.size === 0) continue;
    removed.push(add);
    removedRows += rowCount;
    if (replaced.size === rowCount) continue;
    const file = { path, partitionValues: add.partitionValues };
    added.push({
      file: await rewriteFile(file, replaced.has, rewrite),
      readAt: keptReadTimes(add, rowCount, replaced.has),
    });
  }
  for (const file of await withoutSkipped(window, matched.fates, rewrite)) added.push({ file, readAt: snapshotMicros });

  const files = added.map(({ file }) => file);
  const counts = countRows(matched.fates, { rowsBefore: matched.rowsBefore, removedRows, files });
  const adds = added.map(({ file, readAt }) => toAddFile(file, readAt));
  const removes = removed.map((add) => toRemove(add, nowMs));
  const { mayHoldKeys } = matched;
  const plan = mergePlan(snapshot, { adds, removes, counts, mayHoldKeys, key: rewrite.alwaysIndexed });
  return {
    plan: sameFields(fields, snapshotFields(snapshot)) ? plan : withEvolvedSchema(plan, snapshot, fields),
    counts,
    added: files,
    removed,
    filesRead: matched.files.length,
  };
}

interface MatchedFile {
  readonly path: string;
  readonly add: AddFile;
  readonly replaced: RowSet;
  rowCount: number;
}

/** Reads the keys of the files that may hold one of the window's, pass by pass. */
async function matchTable(
  snapshot: Snapshot,
  { table, window, snapshotMicros, signal }: StageMergeOptions,
  meter: MergeMeter,
): Promise<{
  readonly files: readonly MatchedFile[];
  readonly fates: Uint8Array;
  readonly rowsBefore: number;
  readonly mayHoldKeys: (add: AddFile) => boolean;
}> {
  const { keyFields, cursorField } = window;
  const columns = cursorField ? [...keyFields, cursorField] : keyFields;
  const fates = new Uint8Array(window.rowCount);
  let index = await window.index(0);
  const mayHoldKeys = openKeyFilter(window, index.sortedFirst);
  const files: MatchedFile[] = [];
  let rowsBefore = 0;
  for (const [path, add] of snapshot.files) {
    const rows = parseStats(add.stats, [])?.numRecords;
    if (rows !== undefined && !mayHoldKeys(add)) rowsBefore += rows;
    else {
      files.push({ path, add, replaced: openRowSet(), rowCount: 0 });
      meter.expect((rows ?? 0) * window.passes);
    }
  }
  for (let pass = 0; pass < window.passes; pass++) {
    if (pass > 0) index = await window.index(pass);
    for (const file of files) {
      signal?.throwIfAborted();
      const { path, add, replaced } = file;
      const batches = readTableFile(table, { path, partitionValues: add.partitionValues }, { fields: columns, signal });
      const existingMicrosOf = openReadTimes(add);
      const incomingMicros = snapshotMicros;
      file.rowCount = await matchFile(meter.count(batches), {
        window,
        index,
        fates,
        replaced,
        incomingMicros,
        existingMicrosOf,
        path,
      });
    }
  }
  for (const { rowCount } of files) rowsBefore += rowCount;
  return { files, fates, rowsBefore, mayHoldKeys };
}

/** The window's files without the rows that the table has newer: as they are, written anew, or left out. */
async function withoutSkipped(
  { landed }: WindowKeys,
  fates: Uint8Array,
  rewrite: RewriteOptions,
): Promise<readonly DataFile[]> {
  const kept: DataFile[] = [];
  let first = 0;
  for (const file of landed) {
    const own = fates.subarray(first, first + file.rowCount);
    first += file.rowCount;
    const skipped = own.reduce((count, found) => count + (found === fate.skip ? 1 : 0), 0);
    if (skipped === 0) kept.push(file);
    else if (skipped < file.rowCount) kept.push(await rewriteFile(file, (row) => own[row] === fate.skip, rewrite));
  }
  return kept;
}

function countRows(
  fates: Uint8Array,
  sums: { readonly rowsBefore: number; readonly removedRows: number; readonly files: readonly DataFile[] },
): MergeCounts {
  const tally = [0, 0, 0];
  for (const found of fates) tally[found] = (tally[found] ?? 0) + 1;
  const [inserted = 0, updated = 0, skippedAsOlder = 0] = tally;
  const addedRows = sums.files.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const rowsAfter = sums.rowsBefore - sums.removedRows + addedRows;
  if (rowsAfter !== sums.rowsBefore + inserted) {
    throw lakeError(
      "MERGE_COUNT_MISMATCH",
      `A merge of ${inserted} new and ${updated} newer rows into ${sums.rowsBefore} would leave ${rowsAfter} rows, expected ${sums.rowsBefore + inserted}. Nothing was committed.`,
      { details: { inserted, updated, skippedAsOlder, rowsBefore: sums.rowsBefore, rowsAfter } },
    );
  }
  return { incoming: fates.length, inserted, updated, skippedAsOlder, rowsBefore: sums.rowsBefore, rowsAfter };
}

function mergePlan(
  snapshot: Snapshot,
  merge: {
    readonly adds: readonly AddFile[];
    readonly removes: readonly ReturnType<typeof toRemove>[];
    readonly counts: MergeCounts;
    readonly mayHoldKeys: (add: AddFile) => boolean;
    readonly key: readonly string[];
  },
): CommitPlan {
  const { adds, removes, counts, mayHoldKeys, key } = merge;
  const actions: TableAction[] = [...removes.map((remove) => ({ remove })), ...adds.map((add) => ({ add }))];
  return {
    operation: "MERGE",
    operationParameters: { matchedBy: JSON.stringify(key) },
    operationMetrics: {
      ...fileMetrics(adds, removes),
      numSourceRows: `${counts.incoming}`,
      numTargetRowsInserted: `${counts.inserted}`,
      numTargetRowsUpdated: `${counts.updated}`,
      numRowsSkippedAsOlder: `${counts.skippedAsOlder}`,
    },
    readVersion: snapshot.version,
    tableId: snapshot.metaData.id,
    isBlindAppend: false,
    conflictRule: { kind: "keys", mayHoldKeys },
    actions,
  };
}
