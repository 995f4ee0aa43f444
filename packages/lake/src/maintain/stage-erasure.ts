import { isExpiringPath } from "@snowmelt/core/lake-layout";
import type { AddFile, Txn } from "../delta/action.ts";
import type { CommitPlan } from "../delta/commit-plan.ts";
import type { DeltaTable } from "../delta/delta-table.ts";
import { type LaneStep, readLane } from "../delta/lane.ts";
import { fileMetrics, snapshotFields, toRemove } from "../delta/plan-table.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { lakeError } from "../lake-error.ts";
import { toAddFile } from "../land/landed-file.ts";
import { foreignTags, keptReadTimes } from "../land/read-times.ts";
import { rewriteFile } from "../merge/rewrite-file.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import type { BoundKeys } from "./erase-key.ts";
import { openErasureRecorder } from "./erasure-record.ts";
import { findRows } from "./find-rows.ts";
import { boundedColumns } from "./join-files.ts";
import type { TableObject } from "./plan-vacuum.ts";
import { isLiveLane, laneMarks, refreshLaneOf, tableLanes } from "./table-lanes.ts";
import { listObjects } from "./vacuum-table.ts";

export interface StagedErasure {
  readonly plan: CommitPlan;
  readonly lanes: readonly LaneStep[];
  readonly rows: number;
  readonly removed: readonly TableObject[];
  /** Files that a lifecycle rule deleted and the log still names: the plan takes them out of it. */
  readonly expired: readonly TableObject[];
  /** Whether the log will know by a digest which rows were taken out. */
  readonly isRecorded: boolean;
  /** What was written for it, to be deleted again if it is not committed. */
  readonly written: readonly TableObject[];
}

export interface StageErasureOptions {
  readonly keys: BoundKeys;
  readonly attemptId: string;
  /** Whether the log is to know which rows were taken out. */
  readonly record: boolean;
  /** Looks and writes nothing. */
  readonly dryRun: boolean;
  readonly encoder?: ParquetEncoderOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes the files that hold a row of the keys anew, without it, and plans the commit. Nothing becomes visible. */
export async function stageErasure(
  table: DeltaTable,
  snapshot: Snapshot,
  options: StageErasureOptions,
): Promise<StagedErasure> {
  const { keys, signal } = options;
  const removed: (TableObject & { readonly add: AddFile })[] = [];
  const adds: AddFile[] = [];
  const written: TableObject[] = [];
  const expired: (TableObject & { readonly add: AddFile })[] = [];
  // Listed after the snapshot was read: what that names was there before.
  const held = isExpiringPath(table.path)
    ? new Set((await listObjects(table, signal)).map(({ path }) => path))
    : undefined;
  const recorder = options.record ? openErasureRecorder(keys.fields, table.random.uuid()) : undefined;
  let rows = 0;
  for (const [path, add] of snapshot.files) {
    if (held?.has(path) === false) expired.push({ path, sizeBytes: add.size, add });
    if (held?.has(path) === false || !keys.mayHold(add)) continue;
    const file = { path, partitionValues: add.partitionValues };
    const found = await findRows(table, file, { keys, ...(recorder ? { onRow: recorder.add } : {}), signal });
    if (found.rows.size === 0) continue;
    rows += found.rows.size;
    removed.push({ path, sizeBytes: add.size, add });
    if (found.rows.size === found.rowCount || options.dryRun) continue;
    const kept = await rewriteFile(file, found.rows.has, rewriteOptions(table, { snapshot, add, options }));
    written.push({ path: kept.path, sizeBytes: kept.bytes });
    const expected = found.rowCount - found.rows.size;
    if (kept.rowCount !== expected) throw wrongCount(path, expected, kept.rowCount);
    adds.push(toKeptAdd(kept, { add, rowCount: found.rowCount, isDropped: found.rows.has }));
  }
  const txns = recorder?.txns(table.clock.nowMs());
  const plan = erasurePlan(snapshot, {
    keys,
    txns: txns ?? [],
    rows,
    adds,
    removed: [...removed, ...expired].map(({ add }) => add),
    nowMs: table.clock.nowMs(),
  });
  // Without a row there is nothing that a window under way could bring back.
  const lanes = rows > 0 ? laneSteps(snapshot, table.clock.nowMs()) : [];
  return { plan, lanes, rows, removed, expired, written, isRecorded: txns !== undefined && txns.length > 0 };
}

/**
 * A window that was read before, and is under way, would bring the row back: every live lane moves on, so that it plans anew,
 * and so does the lane that slices of a backfill look at, to the moment of the erasure.
 */
function laneSteps(snapshot: Snapshot, nowMs: number): readonly LaneStep[] {
  return [...tableLanes(snapshot)].flatMap(([appId, { n, hi }]) => {
    if (!isLiveLane(appId) || hi === undefined) return [];
    const refreshed = readLane(snapshot, refreshLaneOf(appId));
    const nowMicros = BigInt(nowMs) * 1000n;
    const moment = refreshed.hi !== undefined && refreshed.hi > nowMicros ? refreshed.hi : nowMicros;
    return [
      { appId, n: n + 1, hi, marks: laneMarks(snapshot, appId) },
      { appId: refreshLaneOf(appId), n: refreshed.n + 1, hi: moment },
    ];
  });
}

/** What it says of itself names the columns, never a value: the log is kept. */
function erasurePlan(
  snapshot: Snapshot,
  erasure: {
    readonly keys: BoundKeys;
    readonly txns: readonly Txn[];
    readonly rows: number;
    readonly adds: readonly AddFile[];
    readonly removed: readonly AddFile[];
    readonly nowMs: number;
  },
): CommitPlan {
  const { keys, rows, adds, nowMs } = erasure;
  const removes = erasure.removed.map((add) => toRemove(add, nowMs));
  return {
    operation: "DELETE",
    operationParameters: { predicate: JSON.stringify(keys.fields.map(({ name }) => `${name} = ?`)) },
    operationMetrics: { ...fileMetrics(adds, removes), numDeletedRows: `${rows}` },
    readVersion: snapshot.version,
    tableId: snapshot.metaData.id,
    isBlindAppend: false,
    conflictRule: { kind: "keys", mayHoldKeys: keys.mayHold },
    actions: [
      ...removes.map((remove) => ({ remove })),
      ...adds.map((add) => ({ add })),
      ...erasure.txns.map((txn) => ({ txn })),
    ],
  };
}

function rewriteOptions(
  table: DeltaTable,
  {
    snapshot,
    add,
    options,
  }: { readonly snapshot: Snapshot; readonly add: AddFile; readonly options: StageErasureOptions },
) {
  const { partitionColumns } = snapshot.metaData;
  const fileFields = snapshotFields(snapshot).filter(({ name }) => !partitionColumns.includes(name));
  return {
    table,
    attemptId: options.attemptId,
    random: table.random,
    fileFields,
    partitionColumns,
    alwaysIndexed: boundedColumns(add, fileFields),
    encoder: options.encoder ?? {},
    signal: options.signal,
  };
}

function toKeptAdd(
  kept: Parameters<typeof toAddFile>[0],
  {
    add,
    rowCount,
    isDropped,
  }: { readonly add: AddFile; readonly rowCount: number; readonly isDropped: (row: number) => boolean },
): AddFile {
  const next = toAddFile(kept, keptReadTimes(add, rowCount, isDropped));
  const tags = { ...foreignTags(add), ...next.tags };
  return Object.keys(tags).length > 0 ? { ...next, tags } : next;
}

const wrongCount = (path: string, expected: number, found: number) =>
  lakeError(
    "REWRITE_COUNT_MISMATCH",
    `${path} was written anew with ${found} rows, expected ${expected}. Nothing was committed.`,
    { details: { path, expected, found } },
  );
