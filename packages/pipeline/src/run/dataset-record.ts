import { sourceName } from "@snowmelt/core/definition";
import { coreError, isSnowmeltError } from "@snowmelt/core/errors";
import { scrub } from "@snowmelt/snowflake";
import type { DatasetResult, ManifestSlice, RunFailure } from "../manifest.ts";
import { tablePath } from "../plan/dataset-place.ts";
import { laneOf } from "../plan/lane.ts";
import { guarantees } from "../plan/pipeline-plan.ts";
import { type BackfillSlice, live, type Purpose } from "../plan/purpose.ts";
import { resultLabel } from "../result-label.ts";
import type { Stage } from "../run-event.ts";
import type { RunContext } from "./run-context.ts";

/** Collects what becomes a dataset's entry in the manifest, and tells of its stages as they pass. */
export interface DatasetRecord {
  /** Adds to the entry. */
  note(part: Partial<DatasetResult>): void;
  notice(code: string, message: string): void;
  /** Runs a stage: timed, announced, and blamed if it throws. */
  stage<T>(stage: Stage, run: () => Promise<T>): Promise<T>;
  progress(
    stage: Stage,
    moved: { readonly rows: number; readonly rowsExpected: number | null; readonly bytesWritten: number },
  ): void;
  retry(stage: Stage, failure: { readonly reason: string; readonly attempt: number; readonly delayMs: number }): void;
  finish(outcome: Exclude<DatasetResult["outcome"], "failed">): DatasetResult;
  fail(error: unknown): DatasetResult;
}

const progressEveryMs = 200;

/** Begins a dataset's entry, and says so. One of `finish` and `fail` ends it. */
export function openDatasetRecord(context: RunContext, name: string, purpose: Purpose = live): DatasetRecord {
  const { clock, emit, definition, environmentName, metrics, signal } = context;
  let result = emptyResult(context, name, purpose);
  const label = resultLabel(result);
  let current: Stage | null = null;
  /** In stages: what a dataset waits for others is not its own. */
  let spentMs = 0;
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  const sampleMemory = (): number => {
    // The kernel's own mark, in KiB: samples of ours miss what comes and goes between them.
    result = { ...result, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
    return process.memoryUsage.rss();
  };
  emit({ kind: "datasetStarted", dataset: label });

  const close = (outcome: DatasetResult["outcome"], failure: RunFailure | null): DatasetResult => {
    sampleMemory();
    const durationMs = spentMs;
    result = { ...result, outcome, failure, durationMs };
    emit({ kind: "datasetFinished", dataset: label, outcome, durationMs, bytesWritten: result.bytesWritten });
    const dimensions = { Environment: environmentName, Pipeline: definition.name, Dataset: name };
    metrics.record({ name: "RowsExtracted", value: result.counts.extracted, unit: "Count", dimensions });
    metrics.record({ name: "BytesWritten", value: result.bytesWritten, unit: "Bytes", dimensions });
    metrics.record({ name: "Duration", value: durationMs, unit: "Milliseconds", dimensions });
    metrics.record({ name: "Failures", value: failure ? 1 : 0, unit: "Count", dimensions });
    return result;
  };
  return {
    note(part) {
      result = { ...result, ...part };
    },
    notice(code, message) {
      result = { ...result, notices: [...result.notices, { code, message }] };
      emit({ kind: "notice", dataset: label, code, message });
    },
    async stage(stage, run) {
      const outer = current;
      current = stage;
      const [startedAtMs, from] = [clock.nowMs(), clock.monotonicMs()];
      emit({ kind: "stageStarted", dataset: label, stage });
      const end = (): number => {
        const durationMs = clock.monotonicMs() - from;
        // A stage within another is part of its time.
        if (outer === null) spentMs += durationMs;
        result = { ...result, stages: [...result.stages, { stage, startedAtMs, durationMs }] };
        sampleMemory();
        return durationMs;
      };
      const passed = await run().catch((error: unknown) => {
        end();
        throw error;
      });
      emit({ kind: "stageFinished", dataset: label, stage, durationMs: end() });
      current = outer;
      return passed;
    },
    progress(stage, moved) {
      const rssBytes = sampleMemory();
      const now = clock.monotonicMs();
      if (now - lastProgressMs < progressEveryMs && moved.rows !== moved.rowsExpected) return;
      lastProgressMs = now;
      emit({ kind: "progress", dataset: label, stage, ...moved, rssBytes });
    },
    retry: (stage, failure) => emit({ kind: "retry", dataset: label, stage, ...failure }),
    finish: (outcome) => close(outcome, null),
    fail: (error) => close("failed", failureOf(signal.aborted ? abortedBy(error) : error, current)),
  };
}

/** Whatever an abort made fail, the abort is why. */
function abortedBy(error: unknown): unknown {
  if (isSnowmeltError(error) && error.category === "aborted") return error;
  return coreError("ABORTED", "The run was stopped. Nothing half-done is visible; the next run goes on from there.", {
    cause: error,
  });
}

const sliceOf = ({ backfillId, number, of }: BackfillSlice): ManifestSlice => ({ backfillId, number, of });

/**
 * What a person and the exit code need of an error. The message of one of ours holds no secret, by the rule for messages; what
 * others say may quote an address or a token, which are struck out.
 */
export function failureOf(error: unknown, stage: Stage | null): RunFailure {
  if (isSnowmeltError(error)) {
    const { code, category, message, retryable } = error;
    return { code, category, message, stage, retryable };
  }
  const message = scrub(error instanceof Error ? error.message : String(error));
  return { code: "UNEXPECTED", category: "internal", message, stage, retryable: false };
}

function emptyResult(
  { definition, environmentName: environment, lake }: RunContext,
  name: string,
  purpose: Purpose,
): DatasetResult {
  const dataset = definition.datasets[name];
  return {
    dataset: name,
    purpose: purpose.kind,
    slice: purpose.kind === "slice" ? sliceOf(purpose.slice) : null,
    outcome: "failed",
    source: dataset ? sourceName(dataset.source) : name,
    sql: null,
    queryId: null,
    role: null,
    guarantee: guarantees.statement.name,
    snapshot: null,
    window: null,
    route: "stream",
    table: dataset ? `${lake.uri}/${tablePath(name, dataset)}` : name,
    deltaVersion: null,
    catalog: null,
    lane: laneOf({ environment, pipeline: definition.name, dataset: name }, purpose),
    laneVersion: null,
    attemptId: null,
    counts: {
      extracted: 0,
      inserted: 0,
      updated: 0,
      skippedAsOlder: 0,
      quarantined: 0,
      deleted: 0,
      rowsBefore: 0,
      rowsAfter: 0,
    },
    bytesWritten: 0,
    files: [],
    removedFiles: [],
    checks: [],
    rules: [],
    columns: [],
    stages: [],
    durationMs: 0,
    peakRssBytes: 0,
    notices: [],
    failure: null,
  };
}
