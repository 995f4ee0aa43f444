import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../definition/index.ts";

const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/** What made somebody ask for a run. A repeat of the same cause is the same request. */
export const RunCause = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("schedule"),
    /** As `scheduleName` calls it. */
    schedule: z.string().min(1),
    /** When it was due, not when it was told: a repeat tells the same. */
    scheduledAt: Instant,
  }),
  z.strictObject({
    kind: z.literal("object"),
    bucket: z.string().min(1),
    key: z.string().min(1),
    /** What tells one writing of the key from the next: its version id, or else its sequencer or ETag. */
    version: z.string().min(1),
  }),
  z.strictObject({ kind: z.literal("after"), pipeline: z.string().min(1), runId: z.string().min(1) }),
  z.strictObject({
    kind: z.literal("manual"),
    by: z.string().min(1),
    /** Of the asker's making, kept for a repeat. */
    requestId: z.string().min(1),
  }),
]);
export type RunCause = z.infer<typeof RunCause>;

const Name = z.string().min(1);

/** What is to be done with the datasets. */
export const RunWork = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("live") }),
  z.strictObject({ kind: z.literal("refresh") }),
  z.strictObject({
    kind: z.literal("backfill"),
    dataset: Name,
    /** Names the backfill for good: its slices land once. */
    backfillId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
      error: 'expected 1 to 64 letters, digits, ".", "_" and "-", beginning with a letter or digit',
    }),
    /** In order; together the range. */
    slices: z
      .array(z.strictObject({ lo: z.string(), hi: z.string() }))
      .min(1)
      .max(1000, {
        error:
          "expected at most 1,000 slices in a run; cut the range into longer slices, or into several backfills one after the other",
      })
      .readonly(),
  }),
]);
export type RunWork = z.infer<typeof RunWork>;

/** That a pipeline is to run, why, and what of it. Plain JSON: it is the trigger that the run's state keeps. */
export const RunRequest = z.strictObject({
  pipeline: Name,
  environment: Name,
  cause: RunCause,
  /** @default all of the pipeline; of a backfill the one that it is about */
  datasets: z.array(Name).min(1).readonly().exactOptional(),
  work: RunWork.prefault({ kind: "live" }),
  /** Tasks at work at a time. @default as the definition has it; 1 for the slices of a backfill */
  maxActive: z.int().min(1).max(1000).exactOptional(),
});
export type RunRequest = z.infer<typeof RunRequest>;

/** The run that a request leads to: of the same pipeline, environment and cause always the same, however often it is told. */
export function runIdOf({
  pipeline,
  environment,
  cause,
}: Pick<RunRequest, "pipeline" | "environment" | "cause">): string {
  const text = canonicalJson({ pipeline, environment, cause: identityOf(cause) });
  return `${pipeline}.${createHash("sha256").update(text).digest("hex").slice(0, 20)}`;
}

function identityOf(cause: RunCause): readonly string[] {
  switch (cause.kind) {
    case "schedule":
      return [cause.kind, cause.schedule, cause.scheduledAt];
    case "object":
      return [cause.kind, cause.bucket, cause.key, cause.version];
    case "after":
      return [cause.kind, cause.pipeline, cause.runId];
    case "manual":
      return [cause.kind, cause.requestId];
    default:
      return cause satisfies never;
  }
}
