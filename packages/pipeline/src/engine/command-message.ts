import { JsonRecord, StageName } from "@snowmelt/core/engine";
import { z } from "zod";
import type { OutboxItem, StoredRun } from "./run-store.ts";

const ofStage = { key: z.string(), task: z.string(), stage: StageName, work: JsonRecord };

/** The commands that somebody else carries out: whoever has the runners of the stages. */
export const StageCommand = z.discriminatedUnion("type", [
  z.strictObject({
    ...ofStage,
    type: z.literal("start"),
    resource: z.string(),
    fence: z.int().nullable(),
    results: z.partialRecord(StageName, JsonRecord),
    position: JsonRecord.nullable(),
    timeoutAtMs: z.int().nullable(),
  }),
  z.strictObject({ ...ofStage, type: z.literal("observe"), externalId: z.string().nullable() }),
  z.strictObject({
    ...ofStage,
    type: z.literal("stop"),
    externalId: z.string().nullable(),
    reason: z.enum(["timeout", "cancel"]),
  }),
]);
export type StageCommand = z.infer<typeof StageCommand>;

/** A command on its way, with what its receiver needs to know of the run: the body of a queue's message. */
export const CommandMessage = z.strictObject({
  /** Of the outbox item. The same for every delivery. */
  id: z.string(),
  runId: z.string(),
  pipeline: z.string(),
  environment: z.string(),
  definitionHash: z.string(),
  command: StageCommand,
});
export type CommandMessage = z.infer<typeof CommandMessage>;

export interface SendOptions {
  /** Not before this long, as far as the carrier can: asked earlier, it does no harm. @default 0 */
  readonly delayMs?: number | undefined;
}

/**
 * Brings a command to whoever carries it out: a queue of its stage's function, or this very process. Resolves once it cannot get
 * lost any more, or once its loss would be noticed by asking. May bring it more than once.
 */
export interface CommandCarrier {
  send(message: CommandMessage, options?: SendOptions): Promise<void>;
}

export function toCommandMessage(
  { id, runId }: Pick<OutboxItem, "id" | "runId">,
  command: StageCommand,
  { state }: Pick<StoredRun, "state">,
): CommandMessage {
  const { pipeline, environment, definitionHash } = state;
  return { id, runId, pipeline, environment, definitionHash, command };
}
