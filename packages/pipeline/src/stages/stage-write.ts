import { sameFields } from "@snowmelt/core/types";
import {
  type CommitPlan,
  type LandedFile,
  openWindowKeys,
  parseStats,
  planAppend,
  planCreateTable,
  planOverwrite,
  type Snapshot,
  snapshotFields,
  stageMerge,
  toAddFile,
  withEvolvedSchema,
} from "@snowmelt/lake/delta";
import type { DatasetResult } from "../manifest.ts";
import type { RunContext } from "../run/run-context.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { LandedAttempt } from "./land.ts";

/** A commit that only has to be made, and what it does to the table's rows. */
export interface StagedWrite {
  readonly plan: CommitPlan;
  readonly counts: Omit<DatasetResult["counts"], "extracted" | "quarantined">;
  readonly added: readonly LandedFile[];
  readonly removed: readonly string[];
}

/** How a dataset's rows join its table: they make it, take the place of all its rows, or are merged into them by key. */
export function writeKind({
  dataset,
  snapshot,
}: Pick<InspectedDataset, "dataset" | "snapshot">): "create" | "overwrite" | "merge" {
  if (!snapshot) return "create";
  return dataset.sync.kind === "incremental" ? "merge" : "overwrite";
}

/** Upon a snapshot: a merge writes the files it changes anew. May be repeated, upon a newer snapshot too. */
export async function stageWrite(
  context: RunContext,
  inspected: InspectedDataset,
  { landed, snapshot }: { readonly landed: LandedAttempt; readonly snapshot: Snapshot | undefined },
): Promise<StagedWrite> {
  const { clock, random, signal } = context;
  const { table, schema, tableFields, layout } = inspected;
  const snapshotMicros = BigInt(landed.attempt.snapshotMicros);
  const files = landed.files;
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
    return {
      plan: evolved(planOverwrite(snapshot, adds, clock.nowMs())),
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
  const staged = await stageMerge(snapshot, {
    table,
    random,
    attemptId: landed.attempt.attemptId,
    window,
    snapshotMicros,
    fields: tableFields,
    nowMs: clock.nowMs(),
    signal,
  });
  const { inserted, updated, skippedAsOlder, rowsBefore, rowsAfter } = staged.counts;
  return {
    plan: staged.plan,
    counts: { inserted, updated, skippedAsOlder, deleted: 0, rowsBefore, rowsAfter },
    added: staged.added,
    removed: staged.removed.map(({ path }) => path),
  };
}

/** Rows of a snapshot by its statistics. */
export function liveRows({ files }: Snapshot): number {
  let rows = 0;
  for (const { stats } of files.values()) rows += parseStats(stats, [])?.numRecords ?? 0;
  return rows;
}
