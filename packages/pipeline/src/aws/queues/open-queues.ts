import { SendMessageBatchCommand, SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";
import { maxBatchBytes, messageBytes, planBatches, type QueueMessage } from "./message-batches.ts";
import { refuseClearText } from "./refuse-clear-text.ts";
import { toTransportError, transportError } from "./transport-error.ts";

export interface QueuesOptions {
  /** @default that of the environment */
  readonly region?: string;
  /** Of an emulator or a VPC. Plain http on this machine alone. @default AWS's of the region */
  readonly endpoint?: string;
  /** @default those of the environment: of the function's role */
  readonly credentials?: SQSClientConfig["credentials"];
  /** Tries of one request, the first included. @default 5 */
  readonly attempts?: number;
  /** Goes with every message, as of the moment it is sent: the trace that it belongs to. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** Sends to queues of SQS. */
export interface Queues extends AsyncDisposable {
  /**
   * Resolves once the queue has the message. What is sent at the same time goes in one request. May be repeated: the message is then
   * there twice, as it may be anyway. QUEUE_MISSING, TRANSPORT_DENIED, MESSAGE_TOO_LARGE, TRANSPORT_FAILED (retryable).
   */
  send(queueUrl: string, message: QueueMessage): Promise<void>;
}

interface Waiting extends QueueMessage {
  readonly sent: PromiseWithResolvers<void>;
}

/** No I/O: the first message connects. */
export function openQueues(options: QueuesOptions = {}): Queues {
  const { region, endpoint, credentials, attempts = 5, headers = () => ({}) } = options;
  const client = new SQSClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: attempts,
  });
  refuseClearText(client);
  const waiting = new Map<string, Waiting[]>();

  const flush = (queueUrl: string): void => {
    const messages = waiting.get(queueUrl) ?? [];
    waiting.delete(queueUrl);
    for (const batch of planBatches(messages)) void sendBatch(client, queueUrl, batch);
  };
  return {
    send(queueUrl, { body, attributes, delaySeconds = 0 }) {
      const message = {
        body,
        delaySeconds,
        attributes: { ...headers(), ...attributes },
        sent: Promise.withResolvers<void>(),
      };
      const size = messageBytes(message);
      if (size > maxBatchBytes) {
        const what = `A message for ${nameOf(queueUrl)} has ${size} bytes; SQS takes ${maxBatchBytes}.`;
        return Promise.reject(transportError("MESSAGE_TOO_LARGE", what));
      }
      const others = waiting.get(queueUrl);
      if (others) others.push(message);
      else {
        waiting.set(queueUrl, [message]);
        setImmediate(() => flush(queueUrl));
      }
      return message.sent.promise;
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

/** Settles each message by itself: SQS takes some of a batch and refuses others. */
async function sendBatch(client: SQSClient, queueUrl: string, batch: readonly Waiting[]): Promise<void> {
  const what = `send to the queue ${nameOf(queueUrl)}`;
  try {
    const Entries = batch.map(({ body, attributes = {}, delaySeconds = 0 }, index) => ({
      Id: String(index),
      MessageBody: body,
      ...(delaySeconds > 0 ? { DelaySeconds: delaySeconds } : {}),
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
      ),
    }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    const failed = new Map(Failed.map((entry) => [entry.Id, entry]));
    for (const [index, { sent }] of batch.entries()) {
      const failure = failed.get(String(index));
      if (!failure) sent.resolve();
      else sent.reject(transportError("TRANSPORT_FAILED", `Could not ${what}: ${failure.Code ?? "no reason given"}.`));
    }
  } catch (error) {
    for (const { sent } of batch) sent.reject(toTransportError(error, what));
  }
}

const nameOf = (queueUrl: string): string => queueUrl.split("/").at(-1) ?? queueUrl;
