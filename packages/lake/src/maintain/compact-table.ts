import type { AddFile } from "../delta/action.ts";
import type { CommitConflict } from "../delta/commit.ts";
import type { CommitPlan } from "../delta/commit-plan.ts";
import type { DeltaTable } from "../delta/delta-table.ts";
import { fileMetrics, snapshotFields, toRemove } from "../delta/plan-table.ts";
import { checkWritable } from "../delta/protocol.ts";
import { tableUri } from "../delta/read-commits.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import { readSnapshotAt } from "../read/resolve-version.ts";
import { deleteFiles } from "./delete-files.ts";
import { joinFiles } from "./join-files.ts";
import { type CompactionGroup, type CompactionQuestion, planCompaction } from "./plan-compaction.ts";

export interface CompactTableOptions extends CompactionQuestion {
  /** What one commit replaces at most, so that a long compaction does not lose all to one conflict. @default 1 GiB */
  readonly maxCommitBytes?: number;
  readonly encoder?: ParquetEncoderOptions;
  /** Writes nothing and says what would be put together. @default false */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface CompactionCommit {
  readonly version: number;
  readonly filesBefore: number;
  readonly filesAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly rows: number;
}

export interface CompactionReport {
  readonly groups: readonly CompactionGroup[];
  readonly commits: readonly CompactionCommit[];
  /** Someone removed a file of a group, or changed the metadata, meanwhile: that part was left as it is. */
  readonly conflicts: readonly CommitConflict[];
}

/**
 * Puts small files together, partition by partition, in one commit or a few. No row is changed, and readers see each file's
 * rows once at any moment. Commits of others that add files are let pass; one that removes a file of a group is a conflict, a
 * value, and what was written for it is deleted again. Runs beside merges, appends and other compactions; may be repeated.
 */
export async function compactTable(table: DeltaTable, options: CompactTableOptions = {}): Promise<CompactionReport> {
  const { maxCommitBytes = 1 << 30, dryRun = false, signal } = options;
  const snapshot = await readSnapshotAt(table, signal ? { signal } : {});
  checkWritable(snapshot.protocol, snapshot.metaData, tableUri(table));
  const groups = planCompaction(snapshot, options);
  const commits: CompactionCommit[] = [];
  const conflicts: CommitConflict[] = [];
  for (const part of dryRun ? [] : cutParts(groups, maxCommitBytes)) {
    const outcome = await compactPart(table, { snapshot, groups: part }, options);
    if ("status" in outcome) conflicts.push(outcome);
    else commits.push(outcome);
  }
  return { groups, commits, conflicts };
}

async function compactPart(
  table: DeltaTable,
  { snapshot, groups }: { readonly snapshot: Snapshot; readonly groups: readonly CompactionGroup[] },
  { encoder, signal }: CompactTableOptions,
): Promise<CompactionCommit | CommitConflict> {
  const fields = snapshotFields(snapshot);
  const { partitionColumns } = snapshot.metaData;
  const attemptId = `compact-${table.random.uuid()}`;
  const adds: AddFile[] = [];
  const written: { path: string; sizeBytes: number }[] = [];
  let rows = 0;
  try {
    for (const group of groups) {
      const { file, add } = await joinFiles(table, group, { attemptId, fields, partitionColumns, encoder, signal });
      adds.push(add);
      written.push({ path: file.path, sizeBytes: file.bytes });
      rows += file.rowCount;
    }
  } catch (error) {
    await deleteFiles(table, written);
    throw error;
  }
  const plan = toCompactionPlan(snapshot, { groups, adds, nowMs: table.clock.nowMs() });
  const outcome = await table.commit(plan, { info: { attemptId }, ...(signal ? { signal } : {}) });
  if (outcome.status === "conflict") {
    await deleteFiles(table, written);
    return outcome;
  }
  return {
    version: outcome.version,
    filesBefore: groups.reduce((sum, { files }) => sum + files.length, 0),
    filesAfter: adds.length,
    bytesBefore: groups.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesAfter: adds.reduce((sum, { size }) => sum + size, 0),
    rows,
  };
}

/** The commit that puts the new files in the place of the old. Pure. */
export function toCompactionPlan(
  snapshot: Snapshot,
  {
    groups,
    adds,
    nowMs,
  }: { readonly groups: readonly CompactionGroup[]; readonly adds: readonly AddFile[]; readonly nowMs: number },
): CommitPlan {
  const removes = groups.flatMap(({ files }) =>
    files.map(({ add }) => ({ ...toRemove(add, nowMs), dataChange: false })),
  );
  return {
    operation: "OPTIMIZE",
    operationParameters: { predicate: "[]", zOrderBy: "[]" },
    operationMetrics: { ...fileMetrics(adds, removes), numAddedFiles: `${adds.length}` },
    readVersion: snapshot.version,
    tableId: snapshot.metaData.id,
    isBlindAppend: false,
    // A file that is removed here and was removed by someone else is a conflict under every rule.
    conflictRule: { kind: "none" },
    actions: [...removes.map((remove) => ({ remove })), ...adds.map((add) => ({ add }))],
  };
}

function cutParts(groups: readonly CompactionGroup[], maxBytes: number): readonly (readonly CompactionGroup[])[] {
  const parts: CompactionGroup[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const group of groups) {
    if (bytes + group.bytes > maxBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(group);
    bytes += group.bytes;
  }
  return parts;
}
