import type { Incremental, Pipeline } from "@snowmelt/core/definition";
import { sliceTask } from "@snowmelt/core/engine";
import { describeRule, type Rule } from "@snowmelt/core/quality";
import type { DatasetResult, RunManifest } from "../manifest.ts";
import { pipelineError } from "../pipeline-error.ts";
import { laneOf } from "../plan/lane.ts";
import {
  type BackfillRange,
  checkBackfillId,
  checkReach,
  defaultBackfillId,
  numberSlices,
  planSlices,
} from "../plan/plan-backfill.ts";
import type { BackfillSlice, Purpose } from "../plan/purpose.ts";
import { cursorOf } from "../plan/window.ts";
import { windowEnd } from "../stages/choose-window.ts";
import { type InspectedSource, inspectSource, inspectTable } from "../stages/inspect-dataset.ts";
import { bindBackfill } from "../state/backfill-bounds.ts";
import { openLease } from "../state/lease.ts";
import { openDatasetRecord } from "./dataset-record.ts";
import { landDataset } from "./dataset-routine.ts";
import { type RecordedRunOptions, recordRun } from "./record-run.ts";
import type { RunContext } from "./run-context.ts";
import { type RunControl, runOnEngine } from "./run-on-engine.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import type { TaskRoutine } from "./task-routine.ts";

export interface BackfillOptions extends RecordedRunOptions {
  /** An incremental dataset. May be left out where the pipeline has one only. */
  readonly dataset?: string | undefined;
  readonly range: BackfillRange;
  /**
   * Names the backfill for good: its slices land once, and a repeat lands those that are missing.
   * @default one that follows from the range, how it is cut and the landed columns
   */
  readonly backfillId?: string | undefined;
}

/**
 * Reads a range of an incremental dataset's past again, slice by slice, all as of one moment, and merges it by key: a row takes
 * the place of the table's unless that is newer. Live runs may go on meanwhile. The manifest has a result for each slice; one
 * that fails leaves nothing visible and does not stop the others, and a repeat lands only what is missing. Throws where no run
 * could begin. May be repeated at any time.
 */
export async function runBackfill(definition: Pipeline, options: BackfillOptions): Promise<RunManifest> {
  const dataset = options.dataset ?? onlyIncremental(definition);
  return recordRun(definition, { ...options, datasets: [dataset] }, async (context, _, control) => {
    try {
      return await runSlices(context, await planBackfill(context, dataset, options), control);
    } catch (error) {
      return [openDatasetRecord(context, dataset).fail(error)];
    }
  });
}

interface PlannedBackfill {
  readonly source: InspectedSource;
  /** Descriptions of the rules that say nothing of a slice. */
  readonly leftOut: readonly string[];
  readonly slices: readonly BackfillSlice[];
  readonly snapshotMicros: bigint;
}

async function planBackfill(
  context: RunContext,
  name: string,
  { range, backfillId: given }: BackfillOptions,
): Promise<PlannedBackfill> {
  const { environmentName: environment, definition, stateObjects, signal } = context;
  const sync = incrementalSync(definition, name);
  const id = given === undefined ? undefined : checkBackfillId(given);
  const { source, leftOut } = ofSlices(await inspectSource(context, name));
  const snapshotMicros = await takeSnapshot(context);
  const cursor = cursorOf(sync, source.columns);
  const windows = planSlices(range, cursor);
  checkReach(windows, (await windowEnd(context, source, { sync, snapshotMicros })).hi, cursor);
  const { readBy } = source;
  const backfillId = id ?? defaultBackfillId({ readBy, windows, fields: source.schema.batchFields });
  const place = { environment, pipeline: definition.name, dataset: name };
  const snapshot = await source.table.snapshot({ signal });
  await bindBackfill(stateObjects, { place, backfillId, readBy, windows, snapshot }, { signal });
  return { source, leftOut, slices: numberSlices(backfillId, windows), snapshotMicros };
}

/** How fresh or how many rows are is asked of what is new, not of a part of the past. */
function ofSlices(source: InspectedSource): Pick<PlannedBackfill, "source" | "leftOut"> {
  const { rules } = source.schema;
  const isOfSlices = ({ kind }: Rule): boolean => kind !== "freshness" && kind !== "rowCount";
  return {
    source: { ...source, schema: { ...source.schema, rules: rules.filter(isOfSlices) } },
    leftOut: rules.filter((rule) => !isOfSlices(rule)).map(describeRule),
  };
}

/** One after the other: each merge plans upon the table that the last one left. Those that were not begun have no result. */
async function runSlices(
  context: RunContext,
  { slices, ...planned }: PlannedBackfill,
  control: RunControl,
): Promise<DatasetResult[]> {
  const { name: dataset } = planned.source;
  const { backfillId = "" } = slices[0] ?? {};
  const windows = slices.map(({ window }) => window);
  const { results, reason } = await runOnEngine(context, control, {
    runId: context.runId,
    request: { work: { kind: "backfill", dataset, backfillId, slices: windows } },
    routines: new Map(slices.map((slice) => [sliceTask(dataset, slice), () => landSlice(context, planned, slice)])),
  });
  if (results.size === 0) throw reason;
  return [...results.values()];
}

function landSlice(
  context: RunContext,
  { source, leftOut, snapshotMicros }: Omit<PlannedBackfill, "slices">,
  slice: BackfillSlice,
): TaskRoutine {
  const { environmentName: environment, definition, stateObjects: store, runId, clock } = context;
  const purpose: Purpose = { kind: "slice", slice };
  const lane = laneOf({ environment, pipeline: definition.name, dataset: source.name }, purpose);
  const record = openDatasetRecord(context, source.name, purpose);
  if (slice.number === 1 && leftOut.length > 0)
    record.notice("RULES_NOT_EVALUATED", `These rules are not about slices of the past: ${leftOut.join("; ")}.`);
  return landDataset(context, record, async () => {
    const lease = await openLease({ store, lane, runId, clock });
    try {
      const inspected = await record.stage("plan", () => inspectTable(context, source, purpose));
      return { inspected, snapshotMicros, lease };
    } catch (error) {
      await lease[Symbol.asyncDispose]();
      throw error;
    }
  });
}

function incrementalSync({ datasets }: Pipeline, name: string): Incremental {
  const sync = datasets[name]?.sync;
  if (sync?.kind === "incremental") return sync;
  throw pipelineError(
    "BACKFILL_REFUSED",
    `The dataset ${name} has no cursor, so there is no range of it to read again. Run it with a refresh instead.`,
  );
}

function onlyIncremental({ name, datasets }: Pipeline): string {
  const found = Object.entries(datasets).flatMap(([dataset, { sync }]) =>
    sync.kind === "incremental" ? [dataset] : [],
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw pipelineError(
    "BACKFILL_REFUSED",
    found.length === 0
      ? `The pipeline ${name} has no dataset with a cursor, so there is no range to read again.`
      : `Say which dataset to read again; ${name} has ${found.join(", ")}.`,
  );
}
