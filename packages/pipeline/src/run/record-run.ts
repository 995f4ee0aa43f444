import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitionHash, type Pipeline, type SnowflakeConnection } from "@snowmelt/core/definition";
import { coreError } from "@snowmelt/core/errors";
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
import { openSnowflake } from "@snowmelt/snowflake";
import { type Extensions, resolveExtensions } from "../extensions/extensions.ts";
import { type LakeAccess, openLake } from "../lake/open-lake.ts";
import type { DatasetResult, RunManifest } from "../manifest.ts";
import { resolveRun } from "../plan/resolve-run.ts";
import { rememberSecrets } from "../record/redactor.ts";
import { openRunRecorder } from "../record/run-recorder.ts";
import { RunEvent } from "../run-event.ts";
import { snowmeltVersion } from "../snowmelt-version.ts";
import { openStateStore } from "../state/state-store.ts";
import { endDeadRuns } from "./end-dead-runs.ts";
import type { RunContext } from "./run-context.ts";
import type { RunControl } from "./run-on-engine.ts";
import { openLocalRuns } from "./run-store.ts";

/** What every kind of run takes. */
export interface RecordedRunOptions {
  /** One of the platform's environments. */
  readonly environment: string;
  /** Resolves the definition's secret references. */
  readonly secrets: Secrets;
  /** Takes the place of parts of the environment's connection, such as the port of a local server. */
  readonly connection?: Partial<SnowflakeConnection> | undefined;
  /** Folder of the file state store. @default ".snowmelt/state" */
  readonly stateRoot?: string | undefined;
  /** Folder of the run records; a run has its own below it. @default ".snowmelt/runs" */
  readonly runsRoot?: string | undefined;
  /** What a relative lake root is relative to. @default the working directory */
  readonly baseDirectory?: string | undefined;
  /** Code of the user's own that the definition names. @default none */
  readonly extensions?: Extensions | undefined;
  /** How the lake is reached, where that is not as the environment's AWS settings say. */
  readonly lake?: LakeAccess | undefined;
  /** Abort stops the run: what is under way is undone or left pending, and nothing half-done is visible. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: Metrics | undefined;
}

/**
 * Connects, opens the lake, the state and the run's records, lets `work` do the rest and writes the manifest. What is handed
 * out, events and manifest, is what is on disk: with every secret of the run struck out. Throws RECORDS_UNWRITABLE before
 * anything is read; where a record cannot be written later, the manifest is handed out all the same and says so.
 */
export async function recordRun(
  definition: Pipeline,
  options: RecordedRunOptions & { readonly datasets?: readonly string[] | undefined },
  work: (context: RunContext, datasets: readonly string[], control: RunControl) => Promise<DatasetResult[]>,
): Promise<RunManifest> {
  const { clock = systemClock, random = systemRandom } = options;
  const cancelled = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, cancelled.signal]) : cancelled.signal;
  const { environment, snowflake, lakeRoot, datasets, stateRoot, runsRoot } = resolveRun(definition, options);
  const { rules: ownRules } = resolveExtensions(definition, options.extensions);
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
  await using lake = await openLake(lakeRoot, environment.lake, options.lake);
  const spillDirectory = await openSpillDirectory();
  const recorder = await openRunRecorder(runsRoot, runId, redactor);
  const stateObjects = openFileStore(stateRoot);
  const context: RunContext = {
    runId,
    definition,
    definitionHash: hash,
    environmentName: options.environment,
    environment,
    session,
    lake: lake.store,
    catalog: lake.catalog,
    state: openStateStore(stateObjects),
    stateObjects,
    ownRules,
    spillDirectory,
    clock,
    random,
    logger: options.logger ?? silentLogger,
    metrics: options.metrics ?? silentMetrics,
    signal,
    emit(event) {
      const told = redactor.redactIn<RunEvent>(RunEvent, { ...event, runId, atMs: clock.nowMs() });
      recorder.record(told);
      options.onEvent?.(told);
    },
  };
  const names = { pipeline: definition.name, environment: options.environment };
  context.emit({ kind: "runStarted", ...names, datasets: [...datasets], definitionHash: hash });
  const stores = openLocalRuns(stateRoot);
  await endDeadRuns(context, stores).catch((error: unknown) =>
    context.logger.log("warn", "runs whose process is gone stay as they were until a later run", {
      error: error instanceof Error ? error.name : typeof error,
    }),
  );
  const control = { stores, redact: redactor.redact, cancel: (reason: unknown) => cancelled.abort(reason) };
  const results = await work(context, datasets, control);
  const status = results.some(({ outcome }) => outcome === "failed") ? "failed" : "succeeded";
  const finishedAtMs = clock.nowMs();
  context.emit({ kind: "runFinished", status, durationMs: finishedAtMs - startedAtMs });
  return recorder.finish({
    manifestVersion: 1,
    runId,
    ...names,
    definitionHash: hash,
    snowmeltVersion,
    startedAt: new Date(startedAtMs).toISOString(),
    finishedAt: new Date(finishedAtMs).toISOString(),
    status,
    lake: context.lake.uri,
    datasets: results,
  });
}

async function openSpillDirectory(): Promise<string> {
  const directory = join(tmpdir(), "snowmelt");
  try {
    await mkdir(directory, { recursive: true });
    return directory;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw coreError(
      "SPILL_FAILED",
      `Could not make ${directory}, where what outgrows its memory budget is put aside: ${why}. Expected a folder for temporary files that this user may write; TMPDIR names another.`,
      { cause: error },
    );
  }
}

/** Sorts by time: `20261123T121314567Z-1f2e3d4c`. */
function newRunId(nowMs: number, random: Random): string {
  return `${new Date(nowMs).toISOString().replace(/[-:.]/g, "")}-${random.uuid().slice(0, 8)}`;
}
