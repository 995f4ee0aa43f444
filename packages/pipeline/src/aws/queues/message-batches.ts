/** A message as SQS has it: text, and attributes that are read without it. */
export interface QueueMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** For which nobody sees it, up to 900. @default 0 */
  readonly delaySeconds?: number;
}

/** One request of SQS takes at most ten messages, and all of it at most 1 MiB. */
const maxMessages = 10;
export const maxBatchBytes = 1_048_576;

/** What SQS counts of a message: body, and names, types and values of its attributes. */
export function messageBytes({ body, attributes = {} }: QueueMessage): number {
  const texts = Object.entries(attributes).flatMap(([name, value]) => [name, "String", value]);
  return [body, ...texts].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** Cuts messages into requests, in their order. One that is too large by itself is in a batch of its own. Pure. */
export function planBatches<T extends QueueMessage>(messages: readonly T[]): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = messageBytes(message);
    const last = batches.at(-1);
    if (last && last.length < maxMessages && bytes + size <= maxBatchBytes) {
      last.push(message);
      bytes += size;
    } else {
      batches.push([message]);
      bytes = size;
    }
  }
  return batches;
}
