import { metricOf } from "@snowmelt/core/alerts";
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
import { openStageRecord, type StageNotes, type StageRecord } from "./stage-record.ts";

/** Collects what becomes a dataset's entry in the manifest, and tells of its stages as they pass. */
export interface DatasetRecord extends StageRecord {
  /** What events call it by. */
  readonly label: string;
  finish(outcome: Exclude<DatasetResult["outcome"], "failed">): DatasetResult;
  fail(error: unknown): DatasetResult;
}

/** Begins a dataset's entry, and says so. One of `finish` and `fail` ends it. */
export function openDatasetRecord(context: RunContext, name: string, purpose: Purpose = live): DatasetRecord {
  const { emit, signal } = context;
  const empty = emptyResult(context, name, purpose);
  const label = resultLabel(empty);
  const { notes, current, ...record } = openStageRecord(context, label);
  emit({ kind: "datasetStarted", dataset: label });

  const close = (outcome: DatasetResult["outcome"], failure: RunFailure | null): DatasetResult => {
    const result = { ...resultOf(empty, [notes()]), outcome, failure };
    const { durationMs, bytesWritten } = result;
    emit({ kind: "datasetFinished", dataset: label, outcome, durationMs, bytesWritten });
    measure(context, result);
    return result;
  };
  return {
    ...record,
    label,
    finish: (outcome) => close(outcome, null),
    fail: (error) => close("failed", failureOf(signal.aborted ? abortedBy(error) : error, current())),
  };
}

/** An entry with what its stages noted, one after the other; a later one has the last word. Pure. */
export function resultOf(empty: DatasetResult, notes: readonly StageNotes[]): DatasetResult {
  return {
    ...empty,
    ...Object.assign({}, ...notes.map(({ noted }) => noted)),
    notices: notes.flatMap(({ notices }) => notices),
    stages: notes.flatMap(({ stages }) => stages),
    durationMs: notes.reduce((sum, { spentMs }) => sum + spentMs, 0),
    peakRssBytes: Math.max(0, ...notes.map(({ peakRssBytes }) => peakRssBytes)),
  };
}

/** The metrics of a dataset that has ended. */
export function measure(
  { metrics, environmentName, definition }: Pick<RunContext, "metrics" | "environmentName" | "definition">,
  { dataset, counts, bytesWritten, checks, rules, failure }: DatasetResult,
): void {
  const of = { Environment: environmentName, Pipeline: definition.name, Dataset: dataset };
  const all = [...checks, ...rules];
  const passed = all.filter((each) => each.passed).length;
  metrics.record(metricOf("RowsExtracted", counts.extracted, of));
  metrics.record(metricOf("RowsLanded", counts.inserted + counts.updated, of));
  metrics.record(metricOf("RowsQuarantined", counts.quarantined, of));
  metrics.record(metricOf("BytesLanded", bytesWritten, of));
  metrics.record(metricOf("ChecksPassed", passed, of));
  metrics.record(metricOf("ChecksFailed", all.length - passed, of));
  if (failure) metrics.record(metricOf("DatasetsFailed", 1, of));
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

/** The entry of a dataset of which nothing is known yet. */
export function emptyResult(
  { definition, environmentName: environment, lake }: Pick<RunContext, "definition" | "environmentName" | "lake">,
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
