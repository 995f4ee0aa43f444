import type { DatasetResult, RunEvent, RunManifest } from "@snowmelt/pipeline";

const startedAtMs = Date.parse("2026-11-23T12:00:00Z");
const runId = "20261123T120000Z-0001";

/** Events of a run of one dataset that lands a million rows in ten seconds. */
export function recordedEvents(dataset = "flights"): RunEvent[] {
  const of = (elapsedMs: number) => ({ runId, dataset, atMs: startedAtMs + elapsedMs });
  const moving = Array.from(
    { length: 40 },
    (_, index): RunEvent => ({
      kind: "progress",
      ...of(500 + index * 250),
      stage: "land",
      rows: (index + 1) * 25_000,
      rowsExpected: 1_000_000,
      bytesWritten: (index + 1) * 250_000,
      rssBytes: 200_000_000,
    }),
  );
  return [
    {
      kind: "runStarted",
      runId,
      atMs: startedAtMs,
      pipeline: "flights",
      environment: "local",
      datasets: [dataset],
      definitionHash: "sha256:00",
    },
    { kind: "datasetStarted", ...of(10) },
    { kind: "stageStarted", ...of(10), stage: "plan" },
    { kind: "stageFinished", ...of(200), stage: "plan", durationMs: 190 },
    { kind: "stageStarted", ...of(200), stage: "extract" },
    { kind: "stageStarted", ...of(400), stage: "land" },
    ...moving,
    { kind: "notice", ...of(10_400), code: "NOTED", message: "deletes are not seen" },
    { kind: "stageFinished", ...of(10_500), stage: "extract", durationMs: 10_300 },
    { kind: "stageFinished", ...of(10_600), stage: "land", durationMs: 10_200 },
    { kind: "datasetFinished", ...of(11_010), outcome: "committed", durationMs: 11_000, bytesWritten: 10_000_000 },
    { kind: "runFinished", runId, atMs: startedAtMs + 11_020, status: "succeeded", durationMs: 11_020 },
  ];
}

export const recordedManifest: RunManifest = {
  manifestVersion: 1,
  recordFailure: null,
  runId,
  pipeline: "flights",
  environment: "local",
  definitionHash: "sha256:00",
  snowmeltVersion: "0.1.0",
  startedAt: "2026-11-23T12:00:00.000Z",
  finishedAt: "2026-11-23T12:00:11.020Z",
  status: "succeeded",
  lake: "./lake",
  datasets: [recordedResult()],
};

export const failedManifest: RunManifest = {
  ...recordedManifest,
  status: "failed",
  datasets: [
    {
      ...recordedResult(),
      outcome: "failed",
      deltaVersion: null,
      catalog: null,
      failure: {
        code: "QUALITY_BLOCKED",
        category: "quality",
        message: 'isComplete("ORIGIN") failed: expected no NULL, found 3.',
        stage: "check",
        retryable: false,
      },
    },
  ],
};

function recordedResult(): DatasetResult {
  return {
    dataset: "flights",
    purpose: "live",
    slice: null,
    outcome: "committed",
    source: "AVIATION.PUBLIC.FLIGHTS",
    sql: "SELECT 1",
    queryId: "01b2",
    role: null,
    guarantee: "snapshot",
    snapshot: null,
    window: null,
    route: "stream",
    table: "raw/flights",
    deltaVersion: 0,
    catalog: null,
    lane: "snowmelt/local/flights/flights/live",
    laneVersion: 1,
    attemptId: null,
    counts: {
      extracted: 1_000_000,
      inserted: 999_000,
      updated: 1000,
      skippedAsOlder: 0,
      quarantined: 0,
      deleted: 0,
      rowsBefore: 1000,
      rowsAfter: 1_000_000,
    },
    bytesWritten: 10_000_000,
    files: [],
    removedFiles: [],
    checks: [{ name: "rows", expected: "1000000", actual: "1000000", passed: true }],
    rules: [],
    columns: [],
    stages: [],
    durationMs: 11_000,
    peakRssBytes: 210_000_000,
    notices: [],
    failure: null,
  };
}
