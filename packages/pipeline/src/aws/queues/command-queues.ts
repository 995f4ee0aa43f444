import type { StageName } from "@snowmelt/core/engine";
import type { CommandCarrier } from "../../engine/command-message.ts";
import type { Queues } from "./open-queues.ts";
import { transportError } from "./transport-error.ts";

/** SQS keeps a message back for a quarter of an hour at most. */
const maxDelaySeconds = 900;

/**
 * Brings each command to the queue of the function that carries out its stage. A stage without one is an error that passes: the command
 * stays in the outbox until a queue is wired.
 */
export function commandQueues(
  queues: Pick<Queues, "send">,
  queueOf: (stage: StageName) => string | undefined,
): CommandCarrier {
  return {
    async send(message, { delayMs } = {}) {
      const { runId, pipeline, environment, command } = message;
      const { stage, task, type } = command;
      const queueUrl = queueOf(stage);
      if (queueUrl === undefined) {
        throw transportError(
          "QUEUE_MISSING",
          `${type} of ${stage} for ${task} has no queue: the environment of this function names none for ${stage}.`,
          { details: { runId, stage } },
        );
      }
      const attributes = { runId, pipeline, environment, stage };
      const delaySeconds = Math.min(maxDelaySeconds, Math.ceil((delayMs ?? 0) / 1000));
      await queues.send(queueUrl, { body: JSON.stringify(message), attributes, delaySeconds });
    },
  };
}
