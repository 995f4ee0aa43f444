import { z } from "zod";

export const Stage = z.enum(["plan", "extract", "land", "merge", "verify", "check", "quarantine", "commit", "catalog"]);
export type Stage = z.infer<typeof Stage>;

const common = { runId: z.string(), atMs: z.number() };
const ofDataset = { ...common, dataset: z.string() };

/**
 * What happens in a run, in order, as it is written to `events.jsonl` and handed to `onEvent`. Never holds a secret or a
 * row's values.
 */
export const RunEvent = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("runStarted"),
    ...common,
    pipeline: z.string(),
    environment: z.string(),
    datasets: z.array(z.string()),
    definitionHash: z.string(),
  }),
  z.object({
    kind: z.literal("runFinished"),
    ...common,
    status: z.enum(["succeeded", "failed"]),
    durationMs: z.number(),
  }),
  z.object({ kind: z.literal("datasetStarted"), ...ofDataset }),
  z.object({ kind: z.literal("stageStarted"), ...ofDataset, stage: Stage }),
  z.object({ kind: z.literal("stageFinished"), ...ofDataset, stage: Stage, durationMs: z.number() }),
  /** About every 200 ms while rows move. `rowsExpected` is known once the source's statement has finished. */
  z.object({
    kind: z.literal("progress"),
    ...ofDataset,
    stage: Stage,
    rows: z.number(),
    rowsExpected: z.number().nullable(),
    bytesWritten: z.number(),
    rssBytes: z.number(),
  }),
  z.object({
    kind: z.literal("retry"),
    ...ofDataset,
    stage: Stage,
    attempt: z.number(),
    delayMs: z.number(),
    reason: z.string(),
  }),
  /** Something a person should know that does not stop the run, such as a weaker guarantee or a warning rule. */
  z.object({ kind: z.literal("notice"), ...ofDataset, code: z.string(), message: z.string() }),
  z.object({
    kind: z.literal("datasetFinished"),
    ...ofDataset,
    outcome: z.enum(["committed", "empty", "unchanged", "alreadyCommitted", "failed"]),
    durationMs: z.number(),
    /** Of the files that the commit added; what `progress` told on the way was an estimate. */
    bytesWritten: z.number(),
  }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
