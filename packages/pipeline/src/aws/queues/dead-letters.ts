import type { QueueMessage } from "./message-batches.ts";
import type { Queues } from "./open-queues.ts";

/** Why a message will never be taken, for whoever finds it. */
export interface BurialReason {
  /** Of the error. */
  readonly code: string;
  /** For people, without secrets. */
  readonly message: string;
  /** The function that refused it. */
  readonly by: string;
}

/** SQS takes ten attributes; ours are these, and those of the message come after them as far as there is room. */
const maxAttributes = 10;
const maxReasonChars = 1000;

/**
 * Puts a message that no repetition would help where somebody looks at it, with the reason beside it. The queue's own redrive knows
 * no reason, and tries in vain first.
 */
export async function buryMessage(
  queues: Pick<Queues, "send">,
  queueUrl: string,
  { body, attributes = {} }: QueueMessage,
  { code, message, by }: BurialReason,
): Promise<void> {
  const reason = { reasonCode: code, reason: plainText(message), refusedBy: by };
  const kept = Object.entries(attributes).filter(([name, value]) => !(name in reason) && value !== "");
  const room = maxAttributes - Object.keys(reason).length;
  await queues.send(queueUrl, { body, attributes: { ...Object.fromEntries(kept.slice(0, room)), ...reason } });
}

/** SQS refuses control characters and halves of surrogate pairs. */
const plainText = (text: string): string =>
  text
    .slice(0, maxReasonChars)
    .toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, " ");
