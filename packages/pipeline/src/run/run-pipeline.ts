import type { Pipeline } from "@snowmelt/core/definition";
import type { DatasetResult, RunManifest } from "../manifest.ts";
import { laneOf } from "../plan/lane.ts";
import { live, type Purpose } from "../plan/purpose.ts";
import { type InspectedDataset, inspectDataset } from "../stages/inspect-dataset.ts";
import { openLease } from "../state/lease.ts";
import { type DatasetRecord, openDatasetRecord } from "./dataset-record.ts";
import { type RecordedRunOptions, recordRun } from "./record-run.ts";
import { refuseTransforms } from "./refuse-transforms.ts";
import type { RunContext } from "./run-context.ts";
import { runOne } from "./run-one.ts";
import { takeSnapshot } from "./take-snapshot.ts";

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
 * Runs a definition in this process: plan, extract, land, verify, check, commit, dataset by dataset. What the datasets came
 * to is in the manifest, failures included: one that fails leaves nothing visible and does not stop the others. Throws only
 * where no run could begin: a wrong definition or call, no connection, no folder to write records to. Records that cannot be
 * written later are the manifest's `recordFailure`. May be repeated at any time.
 */
export async function runPipeline(definition: Pipeline, options: RunOptions): Promise<RunManifest> {
  refuseTransforms(definition, options.datasets);
  const purpose: Purpose = options.refresh ? { kind: "refresh" } : live;
  return recordRun(definition, options, (context, datasets) => runDatasets(context, datasets, purpose));
}

interface Opened {
  readonly name: string;
  readonly record: DatasetRecord;
  readonly lease: AsyncDisposable;
  readonly inspected: InspectedDataset;
}

/** Everything is inspected first, then one moment is taken that all datasets are read as of. */
async function runDatasets(context: RunContext, names: readonly string[], purpose: Purpose): Promise<DatasetResult[]> {
  const results: DatasetResult[] = [];
  const opened: Opened[] = [];
  try {
    for (const name of names) {
      const record = openDatasetRecord(context, name, purpose);
      try {
        opened.push({ name, record, ...(await record.stage("plan", () => openDataset(context, name, purpose))) });
      } catch (error) {
        results.push(record.fail(error));
      }
    }
    const snapshotMicros = opened.length > 0 ? await takeSnapshot(context).catch((error: unknown) => ({ error })) : 0n;
    for (const dataset of opened) {
      if (typeof snapshotMicros === "bigint") results.push(...(await runDataset(context, dataset, snapshotMicros)));
      else results.push(dataset.record.fail(snapshotMicros.error));
    }
  } finally {
    await Promise.allSettled(opened.map(({ lease }) => lease[Symbol.asyncDispose]()));
  }
  return results;
}

async function openDataset(
  context: RunContext,
  name: string,
  purpose: Purpose,
): Promise<Pick<Opened, "lease" | "inspected">> {
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

/** A window that an earlier run left is landed first; what came since is landed after it, in the same run. */
async function runDataset(
  context: RunContext,
  { name, record, inspected }: Opened,
  snapshotMicros: bigint,
): Promise<DatasetResult[]> {
  const first = await runOne(context, { record, inspected, snapshotMicros });
  const wasLeftOver = first.notices.some(({ code }) => code === "WINDOW_REPEATED" || code === "COMMIT_FOUND");
  if (first.outcome === "failed" || !wasLeftOver || inspected.purpose.kind !== "live") return [first];
  const again = openDatasetRecord(context, name);
  try {
    const second = await runOne(context, {
      record: again,
      inspected: await again.stage("plan", () => inspectDataset(context, name)),
      snapshotMicros,
    });
    return second.outcome === "empty" || second.outcome === "unchanged" ? [first] : [first, second];
  } catch (error) {
    return [first, again.fail(error)];
  }
}
