import { sameFields } from "@snowmelt/core/types";
import type { CommitConflict, CommitOptions, CommitOutcome } from "../delta/commit.ts";
import { commitStaged } from "../delta/commit-staged.ts";
import type { DeltaTable } from "../delta/delta-table.ts";
import { checkLane } from "../delta/lane.ts";
import { planCreateTable, snapshotFields } from "../delta/plan-table.ts";
import { tableUri } from "../delta/read-commits.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { type DataFile, toAddFile } from "../land/landed-file.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import { type MergeCounts, type StagedMerge, stageMerge } from "./stage-merge.ts";
import { openWindowKeys, type WindowKeys, type WindowKeysOptions } from "./window-keys.ts";

/**
 * `landed` are the files of this attempt, with the key among `alwaysIndexed`; `fields` are those of the table after the
 * merge: the planned ones, or those that they evolve to. Without a `cursor` the time of reading tells which is newer.
 */
export interface MergeLandedOptions extends CommitOptions, Omit<WindowKeysOptions, "signal"> {
  /** When the window was read at the source, in microseconds since the epoch. */
  readonly snapshotMicros: bigint;
  readonly attemptId: string;
  /** The table upon which the window was planned; undefined when there was none. */
  readonly planned: Snapshot | undefined;
  readonly partitionColumns: readonly string[];
  /** Properties of a table that is made by this. */
  readonly newTable?: { readonly name?: string; readonly configuration?: Readonly<Record<string, string>> };
  readonly encoder?: ParquetEncoderOptions;
  /** Called when all files are written and nothing is committed yet; what it throws stops the merge. */
  readonly beforeCommit?: (staged: StagedMerge) => Promise<void>;
  /** Times it is staged anew because others changed files that hold its keys. @default 5 */
  readonly maxStagings?: number;
}

export type MergeOutcome =
  | {
      readonly status: "committed";
      readonly version: number;
      readonly counts: MergeCounts;
      readonly added: readonly DataFile[];
      readonly removedFiles: number;
      /** Files of the table that were read for their keys. */
      readonly filesRead: number;
    }
  | Exclude<CommitOutcome, { readonly status: "committed" }>;

/**
 * Merges landed rows into a table by key, or makes the table of them, in one commit. A row replaces the table's of the
 * same key when it is not older. Commits of others to other keys are let pass; to the same keys they make it look again.
 * A lane's step is made once, so it may be repeated after any failure. A NULL key or a key twice in the window throws.
 */
export async function mergeLanded(table: DeltaTable, options: MergeLandedOptions): Promise<MergeOutcome> {
  const { lanes = [], maxStagings, signal } = options;
  const given = signal ? { signal } : {};
  const [step] = lanes;
  if (step) {
    const verdict = checkLane(await table.snapshot(given), step);
    if (verdict.kind === "done") return { status: "alreadyCommitted", version: verdict.version };
  }
  const window = openWindowKeys(table, options);
  return commitStaged<() => Promise<MergeOutcome>, MergeOutcome>({
    async stage() {
      const snapshot = await table.snapshot(given);
      const changed = findChange(table, options, snapshot);
      if (changed) return async () => changed;
      const staged = await (snapshot ? stage(table, window, snapshot, options) : stageNew(table, window, options));
      await options.beforeCommit?.(staged);
      return async () => {
        const outcome = await table.commit(staged.plan, options);
        if (outcome.status !== "committed") return outcome;
        const { counts, added, removed, filesRead } = staged;
        return { ...outcome, counts, added, removedFiles: removed.length, filesRead };
      };
    },
    commit: (commit) => commit(),
    ...(maxStagings === undefined ? {} : { maxStagings }),
  });
}

function findChange(
  table: DeltaTable,
  { planned, partitionColumns }: MergeLandedOptions,
  snapshot: Snapshot | undefined,
): CommitConflict | undefined {
  const uri = tableUri(table);
  const version = snapshot?.version;
  if (!planned) {
    if (!snapshot) return undefined;
    const message = `${uri} was created by another commit after this was planned.`;
    return { status: "conflict", reason: "tableExists", message, version };
  }
  if (!snapshot || snapshot.metaData.id !== planned.metaData.id) {
    const message = `${uri} is not the table that this was planned upon: it was removed or made anew.`;
    return { status: "conflict", reason: "tableMissing", message, version };
  }
  const isSame =
    snapshot.metaData.schemaString === planned.metaData.schemaString &&
    snapshot.metaData.partitionColumns.join() === partitionColumns.join() &&
    sameFields(snapshotFields(snapshot), snapshotFields(planned));
  if (isSame) return undefined;
  const message = `The columns or the partitioning of ${uri} are not those that this was planned upon.`;
  return { status: "conflict", reason: "metadataChanged", message, version };
}

function stage(
  table: DeltaTable,
  window: WindowKeys,
  snapshot: Snapshot,
  options: MergeLandedOptions,
): Promise<StagedMerge> {
  const { attemptId, snapshotMicros, fields, encoder, signal } = options;
  const { random, clock } = table;
  const nowMs = clock.nowMs();
  return stageMerge(snapshot, {
    table,
    random,
    attemptId,
    window,
    snapshotMicros,
    fields,
    encoder,
    nowMs,
    signal,
  });
}

async function stageNew(table: DeltaTable, window: WindowKeys, options: MergeLandedOptions): Promise<StagedMerge> {
  const { landed, snapshotMicros, fields, partitionColumns, newTable = {} } = options;
  await window.checkUnique();
  const inserted = window.rowCount;
  return {
    plan: planCreateTable({
      id: table.random.uuid(),
      fields,
      partitionColumns,
      ...newTable,
      createdAtMs: table.clock.nowMs(),
      files: landed.map((file) => toAddFile(file, snapshotMicros)),
    }),
    counts: { incoming: inserted, inserted, updated: 0, skippedAsOlder: 0, rowsBefore: 0, rowsAfter: inserted },
    added: landed,
    removed: [],
    filesRead: 0,
  };
}
