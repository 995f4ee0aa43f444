import { z } from "zod";
import { JsonRecord, StageFailure } from "./run-state.ts";

const common = {
  /** Names what happened, not its message: a repeat has the same id, and changes nothing. */
  id: z.string().min(1),
  runId: z.string().min(1),
  /** By the clock of whoever tells it. */
  atMs: z.int(),
};
const ofStage = { ...common, key: z.string() };

const success = {
  result: JsonRecord,
  /** From `claim`: the token that what it guards will ask for. */
  fence: z.int().optional(),
  /** A later stage: there is nothing to do for those before it. */
  goTo: z.string().optional(),
};

/** What a service says of the work that was started under a key. */
export const StageTruth = z.discriminatedUnion("is", [
  /** Nothing is known under the key: never started, or gone without a trace. */
  z.strictObject({ is: z.literal("absent") }),
  z.strictObject({ is: z.literal("running"), externalId: z.string().nullable() }),
  z.strictObject({ is: z.literal("succeeded"), ...success }),
  z.strictObject({ is: z.literal("failed"), failure: StageFailure }),
  z.strictObject({ is: z.literal("stopped") }),
]);
export type StageTruth = z.infer<typeof StageTruth>;

/** What happens to a run. Times and names are in the event: deciding knows no clock and no chance. */
export const RunEvent = z.discriminatedUnion("type", [
  z.strictObject({ ...common, type: z.literal("requested"), trigger: JsonRecord }),
  /** The work is known to the service under this id. */
  z.strictObject({ ...ofStage, type: z.literal("started"), externalId: z.string().nullable() }),
  /** One piece is done and safe; the next begins at `position`. */
  z.strictObject({ ...ofStage, type: z.literal("yielded"), position: JsonRecord }),
  z.strictObject({ ...ofStage, type: z.literal("succeeded"), ...success }),
  z.strictObject({ ...ofStage, type: z.literal("failed"), failure: StageFailure }),
  /** The answer to an `observe` command. */
  z.strictObject({
    ...ofStage,
    type: z.literal("observed"),
    /** Of the command: the id by which it was looked for, if one was known then. */
    externalId: z.string().nullable(),
    truth: StageTruth,
  }),
  /** Somebody looked at the clock. */
  z.strictObject({ ...common, type: z.literal("ticked") }),
  z.strictObject({ ...common, type: z.literal("cancelled"), by: z.string() }),
  z.strictObject({ ...common, type: z.literal("paused"), by: z.string() }),
  z.strictObject({ ...common, type: z.literal("resumed"), by: z.string() }),
  z.strictObject({ ...common, type: z.literal("skipped"), by: z.string(), task: z.string() }),
  /** All tasks that failed, were cancelled, or were skipped for another's sake: again. */
  z.strictObject({ ...common, type: z.literal("retried"), by: z.string() }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
