import { toQuarantinePath } from "@snowmelt/core/lake-layout";
import { type BatchVerdict, inMask, maskedRows, type RowMask } from "@snowmelt/core/quality";
import { type ColumnBatch, type Field, openVectorBuilder, takeRows } from "@snowmelt/core/types";
import {
  type AddFile,
  attemptOf,
  type CommitPlan,
  checkLane,
  compareSchema,
  type DeltaTable,
  type LandedFile,
  openDeltaTable,
  openTableWriter,
  planCreateTable,
  planTableLayout,
  readLane,
  type TableWriter,
  toAddFile,
  toRemove,
  withEvolvedSchema,
} from "@snowmelt/lake/delta";
import { pipelineError } from "../pipeline-error.ts";
import { type LaneMarks, landingStep, readLaneMarks } from "../plan/lane-marks.ts";
import { attemptHi } from "../plan/next-step.ts";
import type { RunContext } from "../run/run-context.ts";
import type { Attempt } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

/** Rows that a quarantining rule splits off, in a table of their own. */
export interface Quarantine {
  readonly rowCount: number;
  /** Splits a batch: the failing rows go to quarantine, the others come back. */
  split(batch: ColumnBatch, verdict: BatchVerdict): Promise<ColumnBatch>;
  finish(): Promise<readonly LandedFile[]>;
  abort(reason: unknown): Promise<void>;
}

/** The rules a quarantined row fails, in words. */
export const rulesColumn = "_snowmelt_rules";
/** The lane version of the window a quarantined row came with. It counts once the main table's lane has landed that version. */
export const windowColumn = "_snowmelt_n";
/** The lane that window is of. */
export const laneColumn = "_snowmelt_lane";

/** Opened with the rules' descriptions by position, as a verdict numbers them. */
export function openQuarantine(
  context: RunContext,
  inspected: InspectedDataset,
  { attempt, descriptions }: { readonly attempt: Attempt; readonly descriptions: readonly string[] },
): Quarantine {
  const fields = quarantineFields(inspected);
  let writer: TableWriter | undefined;
  const open = (): TableWriter =>
    openTableWriter({
      table: quarantineTable(context, inspected.name),
      layout: planTableLayout(fields),
      attemptId: attempt.attemptId,
      random: context.random,
      signal: context.signal,
    });
  return {
    get rowCount() {
      return writer?.rowCount ?? 0;
    },
    async split(batch, { quarantine, failing }) {
      if (!quarantine) return batch;
      const rows = maskedRows(quarantine, batch.rowCount);
      const bad = takeRows(batch, rows);
      const why = openVectorBuilder({ kind: "string" }, rows.length);
      const which = openVectorBuilder({ kind: "int64" }, rows.length);
      const whose = openVectorBuilder({ kind: "string" }, rows.length);
      for (const row of rows) {
        why.appendText(failedRules(failing, row, descriptions));
        which.appendInt64(BigInt(attempt.laneVersion));
        whose.appendText(inspected.lane);
      }
      writer ??= open();
      const columns = [...bad.columns, why.finish(), which.finish(), whose.finish()];
      await writer.append({ fields, columns, rowCount: rows.length });
      return takeRows(batch, otherRows(quarantine, batch.rowCount));
    },
    finish: async () => (await writer?.finish()) ?? [],
    abort: async (reason) => writer?.abort(reason),
  };
}

/**
 * Makes the split-off rows part of the quarantine table, before the main commit. Rows that came with a window of the lane
 * which never landed go in the same commit: of earlier attempts, under the same lane version or, where an erasure moved the
 * lane on since, a lower one. So a window is there once, and it may be repeated.
 */
export async function commitQuarantine(
  context: RunContext,
  inspected: InspectedDataset,
  { attempt, files }: { readonly attempt: Attempt; readonly files: readonly LandedFile[] },
): Promise<void> {
  const { signal, clock } = context;
  const main = landingStep(inspected.lane, attempt);
  const state = await inspected.table.snapshot({ signal });
  const verdict = checkLane(state, main);
  // The window is in the table, with the rows that were split off by whoever committed it.
  if (verdict.kind === "done") return;
  if (verdict.kind === "gap") throw lost(inspected.table.path, "its lane went on without this window.");
  const table = quarantineTable(context, inspected.name);
  const appId = `${inspected.lane}/quarantine`;
  const snapshot = await table.snapshot({ signal });
  const window = BigInt(attempt.laneVersion);
  const held = readLane(snapshot, appId);
  const landed = lastLanded(readLaneMarks(state, inspected.lane), inspected, attempt);
  const isStale = ([path, { tags }]: readonly [string, AddFile]): boolean =>
    tags?.[laneTag] === inspected.lane &&
    BigInt(tags[windowTag] ?? 0) > landed &&
    attemptOf(path) !== attempt.attemptId;
  const stale = [...(snapshot?.files ?? [])].filter(isStale);
  if (files.length === 0 && stale.length === 0) return;
  const adds = files.map((file) => ({
    ...toAddFile(file),
    tags: { [laneTag]: inspected.lane, [windowTag]: String(window) },
  }));
  const fields = quarantineFields(inspected);
  const plan = ((): CommitPlan => {
    if (!snapshot)
      return planCreateTable({
        id: context.random.uuid(),
        fields,
        partitionColumns: [],
        createdAtMs: clock.nowMs(),
        files: adds,
      });
    const removes = stale.map(([, add]) => ({ remove: toRemove(add, clock.nowMs()) }));
    const write: CommitPlan = {
      operation: "WRITE",
      operationParameters: { mode: "Append", partitionBy: "[]" },
      readVersion: snapshot.version,
      tableId: snapshot.metaData.id,
      isBlindAppend: stale.length === 0,
      conflictRule: { kind: "none" },
      actions: [...removes, ...adds.map((add) => ({ add }))],
    };
    const comparison = compareSchema(snapshot.metaData, { fields, partitionColumns: [] });
    if (comparison.kind === "incompatible") {
      throw pipelineError(
        "SCHEMA_MISMATCH",
        `The quarantine table ${table.path} is not what the definition lands. ${comparison.message}`,
      );
    }
    return comparison.kind === "equal" ? write : withEvolvedSchema(write, snapshot, comparison.fields);
  })();
  const outcome = await table.commit(plan, {
    lanes: [{ appId, n: held.n + 1, hi: window }],
    info: { attemptHi: attemptHi(attempt) },
    signal,
  });
  if (outcome.status === "committed") return;
  throw lost(table.path, outcome.status === "conflict" ? outcome.message : "another run has quarantined this window.");
}

/**
 * The lane version up to which windows have landed, before this attempt's. A slice that does not say has landed nothing, or
 * was rolled back; a live lane that was restored does not say either, and then what came before this attempt is left alone.
 */
function lastLanded(
  { landed }: Pick<LaneMarks, "landed">,
  { purpose }: InspectedDataset,
  { laneVersion }: Attempt,
): bigint {
  return landed ?? (purpose.kind === "slice" ? 0n : BigInt(laneVersion) - 1n);
}

const lost = (path: string, why: string) =>
  pipelineError("COMMIT_LOST", `The table ${path} moved on while the window was being landed: ${why} Run again.`);

const laneTag = "snowmelt.lane";
const windowTag = "snowmelt.n";

const quarantineTable = ({ lake: store, clock, random }: RunContext, name: string): DeltaTable =>
  openDeltaTable({ store, path: toQuarantinePath(name), clock, random });

/** Nothing is required of a row that failed. */
function quarantineFields({ schema }: InspectedDataset): readonly Field[] {
  return [
    ...schema.batchFields.map((field) => ({ ...field, nullable: true })),
    { name: rulesColumn, type: { kind: "string" }, nullable: false },
    { name: windowColumn, type: { kind: "int64" }, nullable: false },
    { name: laneColumn, type: { kind: "string" }, nullable: true },
  ];
}

function failedRules(failing: BatchVerdict["failing"], row: number, descriptions: readonly string[]): string {
  return [...failing].flatMap(([rule, mask]) => (inMask(mask, row) ? [descriptions[rule] ?? ""] : [])).join("; ");
}

function otherRows(mask: RowMask, rowCount: number): Uint32Array {
  const rows = new Uint32Array(rowCount - mask.count);
  let at = 0;
  for (let row = 0; row < rowCount; row++) if (!inMask(mask, row)) rows[at++] = row;
  return rows;
}
