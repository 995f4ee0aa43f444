import { z } from "zod";
import { StageName } from "./stage-name.ts";

/** The form of a stored state. Code that meets a newer one must not touch it. */
export const runSchemaVersion = 1;

/** Why a try of a stage did not succeed. */
export const StageFailure = z.strictObject({
  /** Of the error, or of the engine: TIMED_OUT, LOST, FENCED. */
  code: z.string(),
  /** For people, without secrets. */
  message: z.string(),
  retryable: z.boolean(),
  /** Not before this long; a service's own wish, or the time until an open breaker lets a probe through. */
  retryAfterMs: z.int().min(0).optional(),
  /** It was not tried at all: the resource is busy, the breaker open. Takes no try from the stage's. */
  isDeferral: z.boolean().optional(),
});
export type StageFailure = z.infer<typeof StageFailure>;

/**
 * Where a stage is: its start is commanded and not yet known to have happened; it runs; it waits for its next try; it is
 * being stopped; it is held back by a pause.
 */
export const StagePhase = z.enum(["starting", "running", "backingOff", "stopping", "held"]);
export type StagePhase = z.infer<typeof StagePhase>;

/** Small: where data is, not data. */
export const JsonRecord = z.record(z.string(), z.json());
export type JsonRecord = z.infer<typeof JsonRecord>;

export const ActiveStage = z.strictObject({
  name: StageName,
  phase: StagePhase,
  /** Names this piece of this try. The start command carries it, and what happened to it comes back under it. */
  key: z.string(),
  /** Of this stage, this one included; 0 while it is held before the first. */
  tries: z.int().min(0),
  /** A stage that goes piece by piece, each resumed where the last one ended. */
  piece: z.int().min(0),
  position: JsonRecord.nullable(),
  /** Query id, job run id: stored before it is waited for. */
  externalId: z.string().nullable(),
  /** Of the first try. */
  beganAtMs: z.int(),
  /** When its start was last commanded. */
  commandedAtMs: z.int(),
  /** When something has to be done if nothing has come by then: ask, stop, try again. */
  dueAtMs: z.int(),
  /** When the try is stopped; null while none is under way. */
  timeoutAtMs: z.int().nullable(),
  stopping: z.enum(["timeout", "cancel"]).nullable(),
  /** How often work elsewhere was asked for ahead of `dueAtMs`. */
  looks: z.int().min(1).exactOptional(),
  /** Somebody was told that it should have ended, and cannot be stopped. */
  isOverdue: z.literal(true).exactOptional(),
});
export type ActiveStage = z.infer<typeof ActiveStage>;

export const TaskState = z.strictObject({
  status: z.enum(["waiting", "active", "succeeded", "failed", "skipped", "cancelled"]),
  /** Present exactly while active. */
  active: ActiveStage.nullable(),
  /** What the stages found, by stage: commit versions, counts. */
  results: z.partialRecord(StageName, JsonRecord),
  /** Of the claim; goes with every command, and what it guards refuses an older one. */
  fence: z.int().nullable(),
  /** How often somebody had it tried again after its end. */
  round: z.int().min(0),
  /** How often it began again because another run had taken its resource. */
  restarts: z.int().min(0),
  failure: StageFailure.nullable(),
  /** Of a task that was skipped: the task it waited for, or who said so. */
  reason: z.string().nullable(),
});
export type TaskState = z.infer<typeof TaskState>;

export const RunStatus = z.enum(["running", "paused", "cancelling", "succeeded", "partial", "failed", "cancelled"]);
export type RunStatus = z.infer<typeof RunStatus>;

/**
 * All that is known of a run. Explained by its audit trail: the events, decided one after the other, give it again.
 */
export const RunState = z.strictObject({
  schemaVersion: z.literal(runSchemaVersion),
  runId: z.string(),
  pipeline: z.string(),
  environment: z.string(),
  definitionHash: z.string(),
  /** Events that changed it. A store takes version n only upon n - 1. */
  version: z.int().min(1),
  status: RunStatus,
  trigger: JsonRecord,
  requestedAtMs: z.int(),
  endedAtMs: z.int().nullable(),
  /** When the reconciler has to look, if nothing has come by then. Null exactly when the run has ended. */
  deadlineAtMs: z.int().nullable(),
  pausedAtMs: z.int().nullable(),
  tasks: z.record(z.string(), TaskState),
});
export type RunState = z.infer<typeof RunState>;

const endStatuses: ReadonlySet<RunStatus> = new Set(["succeeded", "partial", "failed", "cancelled"]);

export const hasEnded = ({ status }: Pick<RunState, "status">): boolean => endStatuses.has(status);
