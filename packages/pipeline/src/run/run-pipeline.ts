import type { Pipeline } from "@snowmelt/core/definition";
import type { DatasetResult, RunManifest } from "../manifest.ts";
import { laneOf } from "../plan/lane.ts";
import { live, type Purpose } from "../plan/purpose.ts";
import { type InspectedDataset, inspectDataset } from "../stages/inspect-dataset.ts";
import { openLease } from "../state/lease.ts";
import { type DatasetRecord, openDatasetRecord } from "./dataset-record.ts";
import { type ClaimedDataset, landDataset } from "./dataset-routine.ts";
import { type RecordedRunOptions, recordRun } from "./record-run.ts";
import { refuseTransforms } from "./refuse-transforms.ts";
import type { RunContext } from "./run-context.ts";
import { type RunControl, runOnEngine } from "./run-on-engine.ts";
import { takeSnapshot } from "./take-snapshot.ts";
import type { TaskRoutine } from "./task-routine.ts";

export interface RunOptions extends RecordedRunOptions {
  /** @default every dataset of the pipeline */
  readonly datasets?: readonly string[] | undefined;
  /**
   * Reads every dataset from the beginning and lets what comes take the place of its table's rows, also where a fingerprint says
   * that nothing has changed. Incremental datasets go on from this run's snapshot, less the lag. @default false
   */
  readonly refresh?: boolean | undefined;
}

/**
 * Runs a definition in this process, driven by the run engine: plan, extract, land, verify, check, commit, dataset by dataset. What the datasets came
 * to is in the manifest, failures included: one that fails leaves nothing visible and does not stop the others. Throws only
 * where no run could begin: a wrong definition or call, no connection, no folder to write records to. Records that cannot be
 * written later are the manifest's `recordFailure`. May be repeated at any time.
 */
export async function runPipeline(definition: Pipeline, options: RunOptions): Promise<RunManifest> {
  refuseTransforms(definition, options.datasets);
  const purpose = options.refresh ? ({ kind: "refresh" } as const) : live;
  return recordRun(definition, options, (context, datasets, control) =>
    runDatasets(context, datasets, { purpose, control }),
  );
}

/** A dataset of the run; one that could not be looked at fails where it would begin. */
interface OpenedDataset {
  readonly name: string;
  readonly record: DatasetRecord;
  readonly held:
    | { readonly lease: AsyncDisposable; readonly inspected: InspectedDataset }
    | { readonly error: unknown };
}

/** Everything is inspected first, then one moment is taken that all datasets are read as of. */
async function runDatasets(
  context: RunContext,
  names: readonly string[],
  { purpose, control }: { readonly purpose: Exclude<Purpose, { kind: "slice" }>; readonly control: RunControl },
): Promise<DatasetResult[]> {
  const opened: OpenedDataset[] = [];
  try {
    for (const name of names) {
      const record = openDatasetRecord(context, name, purpose);
      const held = await record
        .stage("plan", () => openDataset(context, name, purpose))
        .catch((error: unknown) => ({ error }));
      opened.push({ name, record, held });
    }
    const snapshotMicros = opened.some(({ held }) => "lease" in held)
      ? await takeSnapshot(context).catch((error: unknown) => ({ error }))
      : 0n;
    return await landOpened(context, opened, { snapshotMicros, purpose, control });
  } finally {
    await Promise.allSettled(opened.map(async ({ held }) => "lease" in held && held.lease[Symbol.asyncDispose]()));
  }
}

/** A window that an earlier run left is landed first; what came since is landed after it, by a second run of its own. */
async function landOpened(
  context: RunContext,
  opened: readonly OpenedDataset[],
  {
    snapshotMicros,
    purpose,
    control,
  }: {
    readonly snapshotMicros: bigint | { readonly error: unknown };
    readonly purpose: Exclude<Purpose, { kind: "slice" }>;
    readonly control: RunControl;
  },
): Promise<DatasetResult[]> {
  const { runId } = context;
  const claim = async ({ held }: OpenedDataset): Promise<ClaimedDataset> => {
    if ("error" in held) throw held.error;
    if (typeof snapshotMicros !== "bigint") throw snapshotMicros.error;
    return { inspected: held.inspected, snapshotMicros };
  };
  const first = await runOnEngine(context, control, {
    runId,
    request: { datasets: opened.map(({ name }) => name), work: purpose },
    routines: new Map(
      opened.map((each) => [each.name, () => landDataset(context, each.record, () => claim(each))] as const),
    ),
  });
  const resultOf = ({ name, record }: OpenedDataset): DatasetResult =>
    first.results.get(name) ?? record.fail(first.reason);
  const inOrder = [...opened].sort((a, b) => Number("lease" in a.held) - Number("lease" in b.held));
  const results = inOrder.map((each) => ({ name: each.name, first: resultOf(each) }));
  const left = results.filter((each) => purpose.kind === "live" && wasLeftOver(each.first)).map(({ name }) => name);
  if (left.length === 0 || typeof snapshotMicros !== "bigint") return results.map((each) => each.first);
  const since = await landSince(context, left, { snapshotMicros, control });
  return results.flatMap((each) => [each.first, ...(since.get(each.name) ?? [])]);
}

/** Nothing, where nothing came since. */
async function landSince(
  context: RunContext,
  names: readonly string[],
  { snapshotMicros, control }: { readonly snapshotMicros: bigint; readonly control: RunControl },
): Promise<ReadonlyMap<string, DatasetResult[]>> {
  const { results } = await runOnEngine(context, control, {
    runId: `${context.runId}-since`,
    request: { datasets: names, work: live },
    routines: new Map(names.map((name) => [name, () => landAgain(context, name, snapshotMicros)] as const)),
  });
  return new Map([...results].map(([name, result]) => [name, isNothing(result) ? [] : [result]]));
}

function landAgain(context: RunContext, name: string, snapshotMicros: bigint): TaskRoutine {
  const record = openDatasetRecord(context, name);
  return landDataset(context, record, async () => ({
    inspected: await record.stage("plan", () => inspectDataset(context, name)),
    snapshotMicros,
  }));
}

const wasLeftOver = ({ outcome, notices }: DatasetResult): boolean =>
  outcome !== "failed" && notices.some(({ code }) => code === "WINDOW_REPEATED" || code === "COMMIT_FOUND");

const isNothing = ({ outcome }: DatasetResult): boolean => outcome === "empty" || outcome === "unchanged";

async function openDataset(
  context: RunContext,
  name: string,
  purpose: Purpose,
): Promise<{ readonly lease: AsyncDisposable; readonly inspected: InspectedDataset }> {
  const { definition, environmentName: environment, stateObjects: store, runId, clock } = context;
  const lane = laneOf({ environment, pipeline: definition.name, dataset: name }, purpose);
  const lease = await openLease({ store, lane, runId, clock });
  try {
    const inspected = await inspectDataset(context, name, purpose);
    return { lease, inspected };
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}
