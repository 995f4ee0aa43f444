import type { DatasetResult, RunManifest } from "../../src/manifest.ts";
import { RunManifest as RunManifestSchema } from "../../src/manifest.ts";
import type { RunEvent, Stage } from "../../src/run-event.ts";

/** A run as it could have been, for tests of what is made from manifests and events. */
export interface SampleRun {
  readonly manifest: RunManifest;
  readonly events: readonly RunEvent[];
}

export const sampleStartedAtMs = Date.parse("2026-11-23T12:31:47.000Z");
const at = (elapsedMs: number): number => sampleStartedAtMs + elapsedMs;

const empty: DatasetResult = {
  dataset: "airports",
  purpose: "live",
  slice: null,
  outcome: "unchanged",
  source: "AVIATION.PUBLIC.AIRPORTS",
  sql: null,
  queryId: null,
  role: "SNOWMELT_READER",
  guarantee: "one snapshot for the whole run",
  snapshot: "2026-11-23 12:31:47.120000000 Z",
  window: null,
  route: "stream",
  table: "file:///srv/lake/raw/airports",
  deltaVersion: null,
  catalog: null,
  lane: "snowmelt/local/flights/airports/live",
  laneVersion: null,
  attemptId: null,
  counts: {
    extracted: 0,
    inserted: 0,
    updated: 0,
    skippedAsOlder: 0,
    quarantined: 0,
    deleted: 0,
    rowsBefore: 3376,
    rowsAfter: 3376,
  },
  bytesWritten: 0,
  files: [],
  removedFiles: [],
  checks: [],
  rules: [],
  columns: [],
  stages: [{ stage: "plan", startedAtMs: at(210), durationMs: 90 }],
  durationMs: 90,
  peakRssBytes: 182_000_000,
  notices: [],
  failure: null,
};

const months = ["2001-01", "2001-02", "2001-03", "2001-04", "2001-05", "2001-06"];
const monthRows = [512_330, 468_011, 521_908, 500_115, 513_440, 484_196];

const flights: DatasetResult = {
  ...empty,
  dataset: "flights",
  outcome: "committed",
  source: "AVIATION.PUBLIC.FLIGHTS",
  sql: 'SELECT\n  "FLIGHT_ID"::NUMBER(38,0) AS "FLIGHT_ID",\n  "DATE"::TIMESTAMP_NTZ(9) AS "DATE",\n  "DELAY"::NUMBER(38,0) AS "DELAY",\n  "ORIGIN"::VARCHAR AS "ORIGIN",\n  "UPDATED_AT"::TIMESTAMP_NTZ(9) AS "UPDATED_AT"\nFROM "AVIATION"."PUBLIC"."FLIGHTS" AT(TIMESTAMP => \'2026-11-23 12:31:47.120\'::TIMESTAMP_LTZ)\nWHERE "UPDATED_AT" < \'2026-11-23 12:31:47.120000000\'::TIMESTAMP_NTZ',
  queryId: "01b2c3d4-0000-4e5f-0000-0001a2b3c4d5",
  window: { cursor: "UPDATED_AT", lo: null, hi: "2026-11-23 12:31:47.120000000", inclusive: false },
  table: "file:///srv/lake/raw/flights",
  deltaVersion: 0,
  catalog: null,
  lane: "snowmelt/local/flights/flights/live",
  laneVersion: 1,
  attemptId: "9f6f5b0a-6c5f-4b7e-9a53-0d9a1b1f7c11",
  counts: {
    extracted: 3_000_000,
    inserted: 3_000_000,
    updated: 0,
    skippedAsOlder: 0,
    quarantined: 0,
    deleted: 0,
    rowsBefore: 0,
    rowsAfter: 3_000_000,
  },
  bytesWritten: 31_411_904,
  files: months.map((month, index) => ({
    path: `data/run=9f6f5b0a-6c5f-4b7e-9a53-0d9a1b1f7c11/DATE_month=${month}/part-0000${index}.zstd.parquet`,
    rows: monthRows[index] ?? 0,
    sizeBytes: Math.round((monthRows[index] ?? 0) * (10 + index * 0.13)),
    sha256: "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b",
    partitionValues: { DATE_month: month },
  })),
  checks: [
    { name: "rows: source at the snapshot = extracted", expected: "3000000", actual: "3000000", passed: true },
    { name: "rows: extracted = Parquet footers", expected: "3000000", actual: "3000000", passed: true },
    { name: "rows: footers = Delta statistics", expected: "3000000", actual: "3000000", passed: true },
    {
      name: "extracted = inserted + updated + skipped + quarantined",
      expected: "3000000",
      actual: "3000000",
      passed: true,
    },
    { name: "table: before + inserted - deleted = after", expected: "3000000", actual: "3000000", passed: true },
    { name: "DISTANCE: sum at source = landed", expected: "2164127842", actual: "2164127842", passed: true },
  ],
  rules: [
    {
      rule: 'isComplete("ORIGIN")',
      onFail: "block",
      passed: true,
      expected: "no NULL",
      measured: "0 NULL",
      rowsFailing: 0,
    },
    {
      rule: 'isUnique("FLIGHT_ID")',
      onFail: "block",
      passed: true,
      expected: "no value twice",
      measured: "3000000 distinct",
      rowsFailing: 0,
    },
    {
      rule: 'columnValues("DELAY", "<", 1500)',
      onFail: "warn",
      passed: false,
      expected: "every value < 1500",
      measured: "largest 1688",
      rowsFailing: 3,
    },
  ],
  columns: [
    column("FLIGHT_ID", "int64", { min: "1", max: "3000000", sum: "4500001500000", histogram: even(20, 150_000) }),
    column("DATE", "timestamp(us)", {
      min: "2001-01-01 00:01:00",
      max: "2001-06-30 23:59:00",
      histogram: even(24, 125_000),
    }),
    column("DELAY", "int64", { min: "-1016", max: "1688", sum: "23104311", histogram: bell(24, 3_000_000) }),
    column("DISTANCE", "int64", { min: "0", max: "4962", sum: "2164127842", histogram: falling(24, 600_000) }),
    column("ORIGIN", "string", {
      min: "ABE",
      max: "YUM",
      histogram: [
        { label: "ORD", count: 6_830 },
        { label: "DFW", count: 5_821 },
        { label: "ATL", count: 4_705 },
        { label: "LAX", count: 3_530 },
        { label: "PHX", count: 3_011 },
      ],
    }),
    { ...column("NOTE", "string", { min: null, max: null, histogram: null }), nulls: 12_400 },
  ],
  stages: [
    { stage: "plan", startedAtMs: at(300), durationMs: 420 },
    { stage: "extract", startedAtMs: at(720), durationMs: 18_100 },
    { stage: "land", startedAtMs: at(1400), durationMs: 17_900 },
    { stage: "verify", startedAtMs: at(19_300), durationMs: 840 },
    { stage: "check", startedAtMs: at(20_140), durationMs: 310 },
    { stage: "commit", startedAtMs: at(20_450), durationMs: 35 },
  ],
  durationMs: 20_185,
  peakRssBytes: 412_000_000,
  notices: [
    { code: "CURSOR_SEES_NO_DELETES", message: 'Rows deleted at the source stay in the table: deletes is "ignore".' },
  ],
};

export function sampleRun(): SampleRun {
  const manifest: RunManifest = RunManifestSchema.parse({
    manifestVersion: 1,
    recordFailure: null,
    runId: "20261123T123147Z-4f1c2a",
    pipeline: "flights",
    environment: "local",
    definitionHash: "sha256:5b1f0e9c2d7a4c3386f1b0a9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e0d9",
    snowmeltVersion: "0.1.0",
    startedAt: new Date(sampleStartedAtMs).toISOString(),
    finishedAt: new Date(at(20_600)).toISOString(),
    status: "succeeded",
    lake: "file:///srv/lake",
    datasets: [flights, empty],
  });
  return { manifest, events: sampleEvents() };
}

/** The same run, failed while the rows were landing. */
export function failedRun(): SampleRun {
  const { manifest, events } = sampleRun();
  const failure = {
    code: "CHUNK_ROWS_MISSING",
    category: "data",
    message:
      "Chunk 7 of query 01b2c3d4-0000-4e5f-0000-0001a2b3c4d5 holds 49,999 rows where its announcement says 50,000.",
    stage: "land" as const,
    retryable: true,
  };
  const failed: DatasetResult = {
    ...flights,
    outcome: "failed",
    deltaVersion: null,
    catalog: null,
    laneVersion: null,
    counts: { ...flights.counts, inserted: 0, rowsAfter: 0 },
    files: [],
    bytesWritten: 0,
    checks: [{ name: "rows: announced = received in chunk 7", expected: "50000", actual: "49999", passed: false }],
    rules: [],
    columns: [],
    stages: flights.stages.slice(0, 3),
    failure,
  };
  return { manifest: { ...manifest, status: "failed", datasets: [failed, empty] }, events };
}

function sampleEvents(): RunEvent[] {
  const runId = "20261123T123147Z-4f1c2a";
  const of = (dataset: string, elapsedMs: number) => ({ runId, dataset, atMs: at(elapsedMs) });
  const stage = (name: Stage, from: number, durationMs: number): RunEvent[] => [
    { kind: "stageStarted", ...of("flights", from), stage: name },
    { kind: "stageFinished", ...of("flights", from + durationMs), stage: name, durationMs },
  ];
  const moving = Array.from({ length: 90 }, (_, index): RunEvent => {
    const share = (index + 1) / 90;
    const rows = Math.round(
      3_000_000 * (share < 0.4 ? share * 0.9 : share < 0.5 ? 0.36 : 0.36 + ((share - 0.5) / 0.5) * 0.64),
    );
    return {
      kind: "progress",
      ...of("flights", 1400 + index * 199),
      stage: "land",
      rows,
      rowsExpected: 3_000_000,
      bytesWritten: Math.round((rows * 31_411_904) / 3_000_000),
      rssBytes: Math.round(190e6 + 200e6 * Math.min(1, share * 3) + 20e6 * Math.sin(index / 3)),
    };
  });
  return [
    {
      kind: "runStarted",
      runId,
      atMs: at(0),
      pipeline: "flights",
      environment: "local",
      datasets: ["flights", "airports"],
      definitionHash: "sha256:5b1f0e9c",
    },
    { kind: "datasetStarted", ...of("airports", 200) },
    { kind: "stageStarted", ...of("airports", 210), stage: "plan" },
    { kind: "stageFinished", ...of("airports", 300), stage: "plan", durationMs: 90 },
    { kind: "datasetFinished", ...of("airports", 300), outcome: "unchanged", durationMs: 90, bytesWritten: 0 },
    { kind: "datasetStarted", ...of("flights", 300) },
    ...stage("plan", 300, 420),
    { kind: "stageStarted", ...of("flights", 720), stage: "extract" },
    { kind: "stageStarted", ...of("flights", 1400), stage: "land" },
    ...moving,
    {
      kind: "retry",
      ...of("flights", 9300),
      stage: "extract",
      attempt: 1,
      delayMs: 180,
      reason: "chunk 7: 503 Service Unavailable",
    },
    { kind: "stageFinished", ...of("flights", 18_820), stage: "extract", durationMs: 18_100 },
    { kind: "stageFinished", ...of("flights", 19_300), stage: "land", durationMs: 17_900 },
    ...stage("verify", 19_300, 840),
    ...stage("check", 20_140, 310),
    ...stage("commit", 20_450, 35),
    {
      kind: "notice",
      ...of("flights", 20_460),
      code: "RULE_WARNED",
      message: 'columnValues("DELAY", "<", 1500): largest 1688',
    },
    {
      kind: "datasetFinished",
      ...of("flights", 20_485),
      outcome: "committed",
      durationMs: 20_185,
      bytesWritten: 19_500_000,
    },
    { kind: "runFinished", runId, atMs: at(20_600), status: "succeeded", durationMs: 20_600 },
  ];
}

type Shape = Pick<DatasetResult["columns"][number], "min" | "max" | "histogram"> & { readonly sum?: string };

function column(name: string, type: string, { min, max, sum, histogram }: Shape): DatasetResult["columns"][number] {
  return { name, type, rows: 3_000_000, nulls: 0, min, max, sum: sum ?? null, sampledRows: 100_000, histogram };
}

type Histogram = NonNullable<DatasetResult["columns"][number]["histogram"]>;

function even(buckets: number, count: number): Histogram {
  return Array.from({ length: buckets }, (_, index) => ({
    label: `bucket ${index}`,
    count: count + ((index * 37) % 11) * 900,
  }));
}

function bell(buckets: number, total: number): Histogram {
  return Array.from({ length: buckets }, (_, index) => ({
    label: `bucket ${index}`,
    count: Math.round((total / 6) * Math.exp(-((index - buckets * 0.4) ** 2) / 8)),
  }));
}

function falling(buckets: number, first: number): Histogram {
  return Array.from({ length: buckets }, (_, index) => ({
    label: `bucket ${index}`,
    count: Math.round(first * 0.8 ** index),
  }));
}
