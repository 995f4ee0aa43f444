import { z } from "zod";

/**
 * What is held against what: `source` Snowflake and the lake; `recent` the same by cursor over the recent past; `digest` row by
 * row; `files` the log and the files; `run` the log and the record of a run; `catalog` the log and the catalog.
 */
export const Rung = z.enum(["source", "recent", "digest", "files", "run", "catalog"]);
export type Rung = z.infer<typeof Rung>;

/**
 * `agrees`: what was compared is equal. `differs`: something is not. `notProven`: something is not equal for a reason that may
 * be no fault, or nothing could be compared; nobody should take it for equal.
 */
export const Verdict = z.enum(["agrees", "differs", "notProven"]);
export type Verdict = z.infer<typeof Verdict>;

/** A comparison somebody else can repeat, or one that could not be made and why. */
export const RungCheck = z.object({
  rung: Rung,
  name: z.string(),
  /** Of what: a column, a file, a stretch of the cursor. */
  subject: z.string(),
  /** `notProven`: compared and not equal, for a reason that may be no fault. */
  outcome: z.enum(["passed", "failed", "notProven", "notChecked"]),
  /** Null where there is nothing to expect. */
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  /** Why it was not checked or not proven; of a failure, what may be behind it. */
  because: z.string().nullable(),
});
export type RungCheck = z.infer<typeof RungCheck>;

/** A table, held against everything that tells of it. */
export const TableVerification = z.object({
  dataset: z.string(),
  /** `not asked` where no definition says what it is. */
  source: z.string(),
  table: z.string(),
  /** Null where there is no table. */
  deltaVersion: z.number().nullable(),
  /** The moment the source was read as of; null where it was not asked, or could not be asked as of a moment. */
  sourceAsOf: z.string().nullable(),
  files: z.number(),
  rows: z.number().nullable(),
  bytes: z.number(),
  verdict: Verdict,
  /** The verdict is `agrees`. Some checks may not have been made. */
  passed: z.boolean(),
  checks: z.array(RungCheck),
  durationMs: z.number(),
});
export type TableVerification = z.infer<typeof TableVerification>;

/** Plain JSON. */
export const Verification = z.object({
  verificationVersion: z.literal(1),
  /** Null where a table was verified by its address, without a definition. */
  pipeline: z.string().nullable(),
  environment: z.string().nullable(),
  /** Where the tables are, or the one table. */
  lake: z.string(),
  /** The run that was verified; null where the tables were, as they are now. */
  runId: z.string().nullable(),
  /** Whether every byte was read. */
  deep: z.boolean(),
  snowmeltVersion: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** The worst of its tables. */
  verdict: Verdict,
  passed: z.boolean(),
  tables: z.array(TableVerification),
});
export type Verification = z.infer<typeof Verification>;
