import { sameFields } from "@snowmelt/core/types";
import {
  type CommitOptions,
  type CommitOutcome,
  type CommitPlan,
  type DataFile,
  type DeltaTable,
  openWindowKeys,
  parseStats,
  planAppend,
  planCreateTable,
  planOverwrite,
  readLane,
  type Snapshot,
  snapshotFields,
  stageMerge,
  toAddFile,
  withEvolvedSchema,
} from "@snowmelt/lake/delta";
import { isPlainState, isPlainTable, type TableState } from "../lake/dataset-table.ts";
import type { DatasetResult } from "../manifest.ts";
import { pipelineError } from "../pipeline-error.ts";
import { refreshLane } from "../plan/lane.ts";
import { isBeforeRefresh } from "../plan/purpose.ts";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";
import { tracksKeys } from "./row-checks.ts";
import { rowsByLog } from "./rows-by-log.ts";
import { stagePlainWrite } from "./stage-plain-write.ts";

/** A commit that only has to be made, and what it does to the table's rows. */
export interface StagedWrite {
  /** Undefined for a plain table, whose plan follows from what was landed. */
  readonly plan: CommitPlan | undefined;
  readonly commit: (options: CommitOptions) => Promise<CommitOutcome>;
  /** What it was planned upon. */
  readonly planned: TableState | undefined;
  /** Rows that a reader of the log alone will count; undefined where files of another writer do not tell. */
  readonly rowsByLog: number | undefined;
  readonly counts: Omit<DatasetResult["counts"], "extracted" | "quarantined">;
  readonly added: readonly DataFile[];
  readonly removed: readonly string[];
}

/** How a dataset's rows join its table: they make it, take the place of all its rows, or are merged into them by key. */
export function writeKind({
  dataset,
  purpose,
  snapshot,
}: Pick<InspectedDataset, "dataset" | "purpose" | "snapshot">): "create" | "overwrite" | "merge" {
  if (!snapshot) return "create";
  return dataset.sync.kind === "incremental" && purpose.kind !== "refresh" ? "merge" : "overwrite";
}

/**
 * Upon a snapshot: a merge writes the files it changes anew. May be repeated, upon a newer snapshot too. COMMIT_LOST for a
 * slice that was read before the table was refreshed: it might bring back what is deleted.
 */
export async function stageWrite(
  context: RunContext,
  inspected: InspectedDataset,
  {
    landed,
    snapshot,
    record,
  }: {
    readonly landed: LandedAttempt;
    readonly snapshot: TableState | undefined;
    /** A merge is a stage of its own there. */
    readonly record: StageRecord;
  },
): Promise<StagedWrite> {
  const { table } = inspected;
  if (isPlainTable(table) || (snapshot && isPlainState(snapshot)))
    return stagePlainWrite(context, inspected, { landed, snapshot });
  const snapshotMicros = BigInt(landed.attempt.snapshotMicros);
  refuseOlderSlice(context, inspected, { snapshot, snapshotMicros });
  const { plan, ...staged } = await stageDelta(context, { ...inspected, table }, { landed, snapshot, record });
  return {
    ...staged,
    plan,
    planned: snapshot,
    rowsByLog: rowsByLog(snapshot, plan),
    commit: (options) => table.commit(plan, options),
  };
}

type StagedDelta = Omit<StagedWrite, "commit" | "planned" | "rowsByLog" | "plan"> & { readonly plan: CommitPlan };

async function stageDelta(
  { clock, random, signal }: RunContext,
  inspected: InspectedDataset & { readonly table: DeltaTable },
  {
    landed,
    snapshot,
    record,
  }: {
    readonly landed: LandedAttempt;
    readonly snapshot: Snapshot | undefined;
    readonly record: StageRecord;
  },
): Promise<StagedDelta> {
  const { table, schema, tableFields, layout } = inspected;
  const snapshotMicros = BigInt(landed.attempt.snapshotMicros);
  const files = landed.files;
  refuseUnseenKeys({ ...inspected, snapshot }, landed);
  const adds = files.map((file) => toAddFile(file, snapshotMicros));
  const rows = files.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const fresh = { inserted: rows, updated: 0, skippedAsOlder: 0, deleted: 0, rowsBefore: 0, rowsAfter: rows };
  if (!snapshot) {
    const { partitionColumns, fields } = layout;
    const plan = planCreateTable({
      id: random.uuid(),
      name: inspected.name,
      fields,
      partitionColumns,
      createdAtMs: clock.nowMs(),
      files: adds,
    });
    return { plan, counts: fresh, added: files, removed: [] };
  }
  const evolved = (plan: CommitPlan): CommitPlan =>
    sameFields(tableFields, snapshotFields(snapshot)) ? plan : withEvolvedSchema(plan, snapshot, tableFields);
  if (writeKind({ ...inspected, snapshot }) === "overwrite") {
    const rowsBefore = liveRows(snapshot);
    const counts = { ...fresh, deleted: rowsBefore, rowsBefore };
    const overwrite = planOverwrite(snapshot, adds, clock.nowMs());
    // A change of metadata, be it to the same, makes everyone who planned upon the rows of before plan again.
    const isRefresh = inspected.dataset.sync.kind === "incremental";
    return {
      plan: isRefresh ? withEvolvedSchema(overwrite, snapshot, tableFields) : evolved(overwrite),
      counts,
      added: files,
      removed: [...snapshot.files.keys()],
    };
  }
  if (snapshot.files.size === 0)
    return {
      plan: evolved({ ...planAppend(snapshot, adds), conflictRule: { kind: "table" } }),
      counts: fresh,
      added: files,
      removed: [],
    };
  const cursor = schema.cursor === null ? {} : { cursor: schema.cursor };
  const window = openWindowKeys(table, { landed: files, key: schema.key, ...cursor, fields: tableFields, signal });
  const staged = await record.stage("merge", () =>
    stageMerge(snapshot, {
      table,
      random,
      attemptId: landed.attempt.attemptId,
      window,
      snapshotMicros,
      fields: tableFields,
      nowMs: clock.nowMs(),
      signal,
      onProgress: (read) => record.progress("merge", { ...read, bytesWritten: 0 }),
    }),
  );
  const { inserted, updated, skippedAsOlder, rowsBefore, rowsAfter } = staged.counts;
  return {
    plan: staged.plan,
    counts: { inserted, updated, skippedAsOlder, deleted: 0, rowsBefore, rowsAfter },
    added: staged.added,
    removed: staged.removed.map(({ path }) => path),
  };
}

function refuseOlderSlice(
  { environmentName: environment, definition }: RunContext,
  { name, purpose }: InspectedDataset,
  { snapshot, snapshotMicros }: { readonly snapshot: Snapshot | undefined; readonly snapshotMicros: bigint },
): void {
  const refreshedMicros =
    readLane(snapshot, refreshLane({ environment, pipeline: definition.name, dataset: name })).hi ?? null;
  if (!isBeforeRefresh(purpose, refreshedMicros, snapshotMicros)) return;
  throw pipelineError(
    "COMMIT_LOST",
    `The table of ${name} was refreshed after this slice was read, and the slice may hold rows that are deleted by now. Nothing was committed; run it again and it is read anew.`,
  );
}

/** What was landed to be merged has not been looked at for keys that come twice: a merge does it, and only a merge. */
function refuseUnseenKeys(inspected: InspectedDataset, { keys }: LandedAttempt): void {
  if (keys !== undefined || !tracksKeys(inspected)) return;
  throw pipelineError(
    "COMMIT_LOST",
    `The table of ${inspected.name} has no rows any more that the window could be merged into. Nothing was committed; run again, and the window is planned anew.`,
  );
}

/** Rows of a snapshot by its statistics. */
export function liveRows({ files }: TableState): number {
  let rows = 0;
  for (const { stats } of files.values()) rows += parseStats(stats, [])?.numRecords ?? 0;
  return rows;
}
