import { z } from "zod";
import { Stage } from "./run-event.ts";

/** A comparison somebody else can repeat: what was compared, both values as text, and whether they agree. */
export const Check = z.object({
  name: z.string(),
  expected: z.string(),
  actual: z.string(),
  passed: z.boolean(),
});
export type Check = z.infer<typeof Check>;

/** What a quality rule measured, and what it asked for. */
export const RuleOutcome = z.object({
  rule: z.string(),
  onFail: z.enum(["block", "quarantine", "warn"]),
  passed: z.boolean(),
  expected: z.string(),
  measured: z.string(),
  rowsFailing: z.number().nullable(),
});
export type RuleOutcome = z.infer<typeof RuleOutcome>;

/** The cursor window of an incremental dataset, half-open but for numeric cursors (`inclusive`). Bounds in the cursor's own text. */
export const ManifestWindow = z.object({
  cursor: z.string(),
  lo: z.string().nullable(),
  hi: z.string(),
  inclusive: z.boolean(),
});
export type ManifestWindow = z.infer<typeof ManifestWindow>;

/** A data file that the commit added; sizes in bytes. */
export const ManifestFile = z.object({
  /** Relative to the table's root, as in the Delta log. */
  path: z.string(),
  rows: z.number(),
  sizeBytes: z.number(),
  /** Null for a file that Snowflake wrote: its bytes did not pass through here. */
  sha256: z.string().nullable(),
  partitionValues: z.record(z.string(), z.string().nullable()),
});
export type ManifestFile = z.infer<typeof ManifestFile>;

/** What a column of the landed rows looks like, for the report's value profiles. Values as text. */
export const ColumnSummary = z.object({
  name: z.string(),
  type: z.string(),
  rows: z.number(),
  nulls: z.number(),
  min: z.string().nullable(),
  max: z.string().nullable(),
  sum: z.string().nullable(),
  /** Rows behind the histogram: an even sample of the landed rows. */
  sampledRows: z.number(),
  /** Equal-width buckets for numbers, dates and times, the most frequent values for text and booleans; null where neither fits. */
  histogram: z.array(z.object({ label: z.string(), count: z.number() })).nullable(),
});
export type ColumnSummary = z.infer<typeof ColumnSummary>;

/** Why a dataset or a record failed; `stage` is null outside one. `retryable`: a repeat may succeed as things are. */
export const RunFailure = z.object({
  code: z.string(),
  category: z.string(),
  message: z.string(),
  stage: Stage.nullable(),
  retryable: z.boolean(),
});
export type RunFailure = z.infer<typeof RunFailure>;

/** A part of a backfill: `number` of `of`, from 1. */
export const ManifestSlice = z.object({ backfillId: z.string(), number: z.number(), of: z.number() });
export type ManifestSlice = z.infer<typeof ManifestSlice>;

/** What the catalog says of the table after the run. `stale`: it could not be made equal, and the next run tries again. */
export const CatalogEntry = z.object({
  database: z.string(),
  table: z.string(),
  status: z.enum(["created", "updated", "unchanged", "stale"]),
  /** Columns that the catalog had and the table has not. */
  droppedColumns: z.array(z.string()),
  failure: RunFailure.nullable(),
});
export type CatalogEntry = z.infer<typeof CatalogEntry>;

/** What became of a dataset, or of a slice of it. Durations are in milliseconds, sizes in bytes. */
export const DatasetResult = z.object({
  dataset: z.string(),
  /** What the run was asked for: to go on from the table's end, to read all of the source anew, or a part of a backfill. */
  purpose: z.enum(["live", "refresh", "slice"]),
  slice: ManifestSlice.nullable(),
  outcome: z.enum(["committed", "empty", "unchanged", "alreadyCommitted", "failed"]),
  /** Where the source is and what was sent to it. */
  source: z.string(),
  sql: z.string().nullable(),
  queryId: z.string().nullable(),
  role: z.string().nullable(),
  /** What the read is worth: one snapshot for the whole run, or something weaker, by name. */
  guarantee: z.string(),
  snapshot: z.string().nullable(),
  window: ManifestWindow.nullable(),
  route: z.enum(["stream", "unload"]),
  table: z.string(),
  deltaVersion: z.number().nullable(),
  /** Null where the lake has no catalog, or there is no table yet. */
  catalog: CatalogEntry.nullable(),
  lane: z.string(),
  laneVersion: z.number().nullable(),
  attemptId: z.string().nullable(),
  counts: z.object({
    extracted: z.number(),
    inserted: z.number(),
    updated: z.number(),
    skippedAsOlder: z.number(),
    quarantined: z.number(),
    deleted: z.number(),
    rowsBefore: z.number(),
    rowsAfter: z.number(),
  }),
  bytesWritten: z.number(),
  files: z.array(ManifestFile),
  removedFiles: z.array(z.string()),
  checks: z.array(Check),
  rules: z.array(RuleOutcome),
  columns: z.array(ColumnSummary),
  stages: z.array(z.object({ stage: Stage, startedAtMs: z.number(), durationMs: z.number() })),
  durationMs: z.number(),
  /** The most memory that the process has held since it began, earlier datasets included, as the kernel counts. */
  peakRssBytes: z.number(),
  notices: z.array(z.object({ code: z.string(), message: z.string() })),
  failure: RunFailure.nullable(),
});
export type DatasetResult = z.infer<typeof DatasetResult>;

/** `manifest.json` of a run: what was read, what was written, and every comparison between the two. */
export const RunManifest = z.object({
  manifestVersion: z.literal(1),
  runId: z.string(),
  pipeline: z.string(),
  environment: z.string(),
  definitionHash: z.string(),
  snowmeltVersion: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  status: z.enum(["succeeded", "failed"]),
  lake: z.string(),
  datasets: z.array(DatasetResult),
  /**
   * Why a record of the run is missing or not whole: a matter of its own, as the datasets came to what they say all the same.
   * A manifest that says null was written with all else.
   */
  recordFailure: RunFailure.nullable(),
});
export type RunManifest = z.infer<typeof RunManifest>;
