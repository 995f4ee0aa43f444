import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitionHash, type Pipeline, type SnowflakeConnection } from "@snowmelt/core/definition";
import {
  type Clock,
  type Logger,
  type Metrics,
  type Random,
  type Secrets,
  silentLogger,
  silentMetrics,
  systemClock,
  systemRandom,
} from "@snowmelt/core/ports";
import { openFileStore } from "@snowmelt/lake/store";
import { openSnowflake, parseSnapshot, planSnapshot } from "@snowmelt/snowflake";
import type { DatasetResult, RunManifest } from "../manifest.ts";
import { liveLane } from "../plan/live-lane.ts";
import { resolveRun } from "../plan/resolve-run.ts";
import { rememberSecrets } from "../record/redactor.ts";
import { openRunRecorder } from "../record/run-recorder.ts";
import type { RunEvent } from "../run-event.ts";
import { snowmeltVersion } from "../snowmelt-version.ts";
import { type InspectedDataset, inspectDataset } from "../stages/inspect-dataset.ts";
import { openLease } from "../state/lease.ts";
import { openStateStore } from "../state/state-store.ts";
import { type DatasetRecord, openDatasetRecord } from "./dataset-record.ts";
import type { RunContext } from "./run-context.ts";
import { runWindow } from "./run-window.ts";

export interface RunOptions {
  /** One of the platform's environments. */
  readonly environment: string;
  /** Resolves the definition's secret references. */
  readonly secrets: Secrets;
  /** @default every dataset of the pipeline */
  readonly datasets?: readonly string[] | undefined;
  /** Takes the place of parts of the environment's connection, such as the port of a local server. */
  readonly connection?: Partial<SnowflakeConnection> | undefined;
  /** Folder of the file state store. @default ".snowmelt/state" */
  readonly stateRoot?: string | undefined;
  /** Folder of the run records; a run has its own below it. @default ".snowmelt/runs" */
  readonly runsRoot?: string | undefined;
  /** What a relative lake root is relative to. @default the working directory */
  readonly baseDirectory?: string | undefined;
  /** Abort stops the run: what is under way is undone or left pending, and nothing half-done is visible. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: Metrics | undefined;
}

/**
 * Runs a definition in this process: plan, extract, land, verify, check, commit, dataset by dataset. What the datasets came
 * to is in the manifest, failures included: one that fails leaves nothing visible and does not stop the others. Throws only
 * where no run could begin: a wrong definition or call, no connection, no folder to write to. May be repeated at any time.
 */
export async function runPipeline(definition: Pipeline, options: RunOptions): Promise<RunManifest> {
  const { clock = systemClock, random = systemRandom, signal = new AbortController().signal } = options;
  const { environment, snowflake, lakeRoot, datasets, stateRoot, runsRoot } = resolveRun(definition, options);
  const { secrets, redactor } = rememberSecrets(options.secrets);
  const startedAtMs = clock.nowMs();
  const runId = newRunId(startedAtMs, random);
  const hash = definitionHash(definition);
  await using session = await openSnowflake(snowflake, {
    secrets,
    clock,
    random,
    signal,
    ...(options.logger ? { logger: options.logger } : {}),
  });
  const recorder = await openRunRecorder(runsRoot, runId, redactor);
  const stateObjects = openFileStore(stateRoot);
  const spillDirectory = join(tmpdir(), "snowmelt");
  await mkdir(spillDirectory, { recursive: true });
  const context: RunContext = {
    runId,
    definition,
    definitionHash: hash,
    environmentName: options.environment,
    environment,
    session,
    lake: openFileStore(lakeRoot),
    state: openStateStore(stateObjects),
    stateObjects,
    spillDirectory,
    clock,
    random,
    logger: options.logger ?? silentLogger,
    metrics: options.metrics ?? silentMetrics,
    signal,
    emit: (event) => {
      const stamped = { ...event, runId, atMs: clock.nowMs() };
      recorder.record(stamped);
      options.onEvent?.(stamped);
    },
  };
  context.emit({
    kind: "runStarted",
    pipeline: definition.name,
    environment: options.environment,
    datasets: [...datasets],
    definitionHash: hash,
  });
  const results = await runDatasets(context, datasets);
  const status = results.some(({ outcome }) => outcome === "failed") ? "failed" : "succeeded";
  const finishedAtMs = clock.nowMs();
  context.emit({ kind: "runFinished", status, durationMs: finishedAtMs - startedAtMs });
  const manifest: RunManifest = {
    manifestVersion: 1,
    runId,
    pipeline: definition.name,
    environment: options.environment,
    definitionHash: hash,
    snowmeltVersion,
    startedAt: new Date(startedAtMs).toISOString(),
    finishedAt: new Date(finishedAtMs).toISOString(),
    status,
    lake: context.lake.uri,
    datasets: results,
  };
  await recorder.finish(manifest);
  return manifest;
}

interface Opened {
  readonly name: string;
  readonly record: DatasetRecord;
  readonly lease: AsyncDisposable;
  readonly inspected: InspectedDataset;
}

/** Everything is inspected first, then one moment is taken that all datasets are read as of. */
async function runDatasets(context: RunContext, names: readonly string[]): Promise<DatasetResult[]> {
  const results: DatasetResult[] = [];
  const opened: Opened[] = [];
  try {
    for (const name of names) {
      const record = openDatasetRecord(context, name);
      try {
        opened.push({ name, record, ...(await record.stage("plan", () => openDataset(context, name))) });
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

async function openDataset(context: RunContext, name: string): Promise<Pick<Opened, "lease" | "inspected">> {
  const { definition, environmentName: environment, stateObjects: store, runId, clock } = context;
  const lane = liveLane({ environment, pipeline: definition.name, dataset: name });
  const lease = await openLease({ store, lane, runId, clock });
  try {
    const inspected = await inspectDataset(context, name);
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
  if (first.outcome === "failed" || !wasLeftOver) return [first];
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

async function runOne(
  context: RunContext,
  { record, inspected, snapshotMicros }: Pick<Opened, "record" | "inspected"> & { readonly snapshotMicros: bigint },
): Promise<DatasetResult> {
  try {
    return await runWindow(context, inspected, { record, snapshotMicros });
  } catch (error) {
    context.logger.log("error", "a dataset failed", {
      dataset: inspected.name,
      error: error instanceof Error ? error.message : String(error),
    });
    return record.fail(error);
  }
}

async function takeSnapshot({ session, signal }: RunContext): Promise<bigint> {
  const { rows } = await session.query(planSnapshot().sql, [], { signal });
  return parseSnapshot(rows);
}

/** Sorts by time: `20261123T121314567Z-1f2e3d4c`. */
function newRunId(nowMs: number, random: Random): string {
  return `${new Date(nowMs).toISOString().replace(/[-:.]/g, "")}-${random.uuid().slice(0, 8)}`;
}
