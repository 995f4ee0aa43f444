export { commandQueues } from "./command-queues.ts";
export { type BurialReason, buryMessage } from "./dead-letters.ts";
export type { QueueMessage } from "./message-batches.ts";
export { openQueues, type Queues, type QueuesOptions } from "./open-queues.ts";
export { transportError } from "./transport-error.ts";
