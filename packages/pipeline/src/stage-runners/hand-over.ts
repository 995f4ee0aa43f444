import { Rule } from "@snowmelt/core/quality";
import type { SourceColumn, SourceTable, Value } from "@snowmelt/core/types";
import type { CommitPlan, DataFile, LandedFile, TableAction } from "@snowmelt/lake/delta";
import type { UnloadResult } from "@snowmelt/snowflake";
import { z } from "zod";
import { DatasetResult } from "../manifest.ts";
import type { StageNotes } from "../run/stage-record.ts";
import { Stage } from "../run-event.ts";
import type { Route } from "../stages/find-route.ts";
import type { SourceFacts } from "../stages/inspect-dataset.ts";
import type { LandedAttempt, LandedRows } from "../stages/land.ts";
import { CarriedTallies } from "../stages/row-tallies.ts";
import type { StagedWrite } from "../stages/stage-write.ts";
import { Attempt } from "../state/dataset-state.ts";

const isBytes = (value: unknown): boolean => value instanceof Uint8Array;
const isText = (value: unknown): boolean => typeof value === "string";
const isValue = (value: unknown): boolean =>
  value === null || isBytes(value) || ["boolean", "number", "bigint", "string"].includes(typeof value);
/** A property that is there, and may be `undefined`: exact JSON keeps that. */
const orUndefined = <T>(isIt: (value: unknown) => boolean) =>
  z.custom<T | undefined>((value) => value === undefined || isIt(value));
const maybeText = orUndefined<string>(isText);
const maybeWhole = orUndefined<bigint>((value) => typeof value === "bigint");
const maybeNumber = orUndefined<number>((value) => typeof value === "number");
const value = z.custom<Value>(isValue, "expected a value of a column");
const maybeValue = orUndefined<Value>(isValue);

const columns: z.ZodType<readonly SourceColumn[]> = z.array(z.tuple([z.string(), z.string()]));

const Notes: z.ZodType<StageNotes> = z.object({
  noted: z.custom<StageNotes["noted"]>((noted) => DatasetResult.partial().safeParse(noted).success),
  notices: DatasetResult.shape.notices,
  stages: z.array(z.object({ stage: Stage, startedAtMs: z.number(), durationMs: z.number() })),
  spentMs: z.number(),
  peakRssBytes: z.number(),
});
export const Facts: z.ZodType<SourceFacts> = z.object({
  columns,
  described: z
    .object({
      table: z.object({
        kind: z.enum(["table", "view"]),
        database: z.string(),
        schema: z.string(),
        name: z.string(),
        columns,
      }) satisfies z.ZodType<SourceTable>,
      objectKind: z.string(),
      rowCount: maybeWhole,
      bytes: maybeWhole,
      lastAlteredMicros: maybeWhole,
      retentionDays: z.number(),
      comment: maybeText,
    })
    .or(z.custom<undefined>((found) => found === undefined)),
});

export const RouteTaken: z.ZodType<Route> = z.discriminatedUnion("name", [
  z.object({ name: z.literal("stream"), why: z.string() }),
  z.object({
    name: z.literal("unload"),
    why: z.string(),
    stage: z.object({
      database: z.string(),
      schema: z.string(),
      name: z.string(),
      kind: z.enum(["external", "internal"]),
      url: maybeText,
      integration: maybeText,
      encryption: maybeText,
      kmsKeyId: maybeText,
    }),
    folder: z.string(),
    maxFileBytes: z.number(),
    hash: z.string(),
    isWanted: z.boolean(),
  }),
]);

/** An attempt as it was planned, before its query is submitted: whoever repeats the start submits the same. */
export const PlannedExtract = z.object({
  attempt: Attempt,
  isRepeat: z.boolean(),
  sourceRows: z.bigint().nullable(),
  facts: Facts,
  route: RouteTaken,
  notes: Notes,
});
export type PlannedExtract = z.infer<typeof PlannedExtract>;

const partition = z.array(orUndefined<string | null>((held) => held === null || isText(held)));

const Unloaded: z.ZodType<UnloadResult> = z.object({
  queryId: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), rowCount: z.number(), partition })),
  rowCount: z.number(),
  bytes: z.number(),
});

/** An attempt whose query has ended, and how its source was seen. */
export const Extracted = z.object({
  attempt: Attempt.extend({ queryId: z.string() }),
  sourceRows: z.bigint().nullable(),
  unloaded: Unloaded.nullable(),
  facts: Facts,
  route: RouteTaken,
  /** Of what came before it and is told nowhere else. */
  notes: z.array(Notes),
});
export type Extracted = z.infer<typeof Extracted>;

/** zod copies records by assignment, which loses a column called `__proto__`. */
const partitionValues = z.custom<Readonly<Record<string, string | null>>>(
  (values) =>
    typeof values === "object" && values !== null && Object.values(values).every((v) => v === null || isText(v)),
);
const dataFile = {
  path: z.string(),
  partitionValues,
  rowCount: z.number(),
  bytes: z.number(),
  modifiedAtMs: z.number(),
  stats: z.string(),
  summary: z.object({
    rowCount: z.number(),
    bytes: z.number(),
    rowGroups: z.array(z.object({ rowCount: z.number(), bytes: z.number() })),
    columns: z.array(
      z.object({
        name: z.string(),
        nullCount: z.number(),
        nanCount: z.number(),
        min: value,
        max: value,
        isMinExact: z.boolean(),
        isMaxExact: z.boolean(),
      }),
    ),
  }),
};
const File: z.ZodType<DataFile> = z.object({ ...dataFile, sha256: maybeText });
const OwnFile: z.ZodType<LandedFile> = z.object({ ...dataFile, sha256: z.string() });
const rows = { files: z.array(File), quarantined: z.array(OwnFile), rowsQuarantined: z.number() };

export const NotesOfStage = z.object({ notes: z.array(Notes) });

/** What a piece of a landing brought, and where the next one begins. */
export const Piece = z.object({
  ...rows,
  fromRow: z.number(),
  next: z.object({ row: z.number(), edge: maybeText, tallies: CarriedTallies }),
  notes: Notes,
}) satisfies z.ZodType<LandedRows>;
export type Piece = z.infer<typeof Piece>;

const sample = z.object({ row: z.number().exactOptional(), value: z.string() });
const column = z.object({
  name: z.string(),
  count: z.number(),
  nullCount: z.number(),
  nanCount: maybeNumber,
  min: maybeValue,
  max: maybeValue,
  sum: maybeWhole,
  lengthSum: maybeNumber,
});
const digest = z.object({ rowCount: z.bigint(), upper: z.bigint(), lower: z.bigint() });
const keyReport = z.object({
  rows: z.number(),
  rowsWithNull: z.number(),
  duplicateKeys: z.number(),
  duplicateRows: z.number(),
  samples: z.array(z.object({ key: z.string(), count: z.number() })),
  spilledBytes: z.number(),
});
const isOf = (schema: z.ZodType) => (held: unknown) => schema.safeParse(held).success;

/** An attempt whose rows are on the lake, all of them. */
export const Landed = z.object({
  ...rows,
  ...Extracted.shape,
  rowsExtracted: z.number(),
  digest: orUndefined<z.infer<typeof digest>>(isOf(digest)),
  extractedProfile: z.array(column),
  landedProfile: z.array(column),
  histograms: z.array(
    z.object({
      sampledRows: z.number(),
      histogram: z.array(z.object({ label: z.string(), count: z.number() })).nullable(),
    }),
  ),
  rules: z.array(
    z.object({
      rule: Rule,
      onFail: z.enum(["block", "quarantine", "warn"]),
      description: z.string(),
      passed: z.boolean(),
      expected: z.string(),
      measured: z.string(),
      rowsFailing: z.number().nullable(),
      samples: z.array(sample),
      broken: z.string().exactOptional(),
    }),
  ),
  keys: orUndefined<z.infer<typeof keyReport>>(isOf(keyReport)),
  notes: z.array(Notes),
}) satisfies z.ZodType<LandedAttempt>;
export type Landed = z.infer<typeof Landed>;

const action = z.custom<TableAction>(
  (held) => typeof held === "object" && held !== null && Object.keys(held).length === 1,
);
const texts = z.record(z.string(), z.string());

const Plan: z.ZodType<CommitPlan> = z.object({
  operation: z.string(),
  operationParameters: texts,
  operationMetrics: texts.exactOptional(),
  readVersion: maybeNumber,
  tableId: maybeText,
  isBlindAppend: z.boolean(),
  conflictRule: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("none") }),
    z.object({ kind: z.literal("table") }),
    z.object({ kind: z.literal("partitions"), partitions: z.array(partitionValues) }),
  ]),
  actions: z.array(action),
});

/** A write that was staged and verified upon a version of the table; null where it makes the table. */
export const Staged = z.object({
  plannedVersion: z.number().nullable(),
  /** Null for a plain table, whose plan follows from what was landed. */
  plan: Plan.nullable(),
  rowsByLog: maybeNumber,
  counts: DatasetResult.shape.counts.omit({ extracted: true, quarantined: true }),
  added: z.array(File),
  removed: z.array(z.string()),
});
export type Staged = z.infer<typeof Staged>;

/**
 * A staged write without what only this process has. A merge's own test of other commits is replaced by a stricter one: any that
 * touches the table makes it be staged anew. Pure.
 */
export const toStaged = ({ plan, planned, rowsByLog, counts, added, removed }: StagedWrite): Staged => ({
  plannedVersion: planned?.version ?? null,
  plan: plan
    ? { ...plan, conflictRule: plan.conflictRule.kind === "keys" ? { kind: "table" } : plan.conflictRule }
    : null,
  rowsByLog,
  counts,
  added: [...added],
  removed: [...removed],
});
