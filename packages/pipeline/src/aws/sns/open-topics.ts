import { PublishCommand, SNSClient, type SNSClientConfig } from "@aws-sdk/client-sns";
import { coreError } from "@snowmelt/core/errors";
import type { Topics } from "../../notify/channels/topic-channel.ts";
import { refuseClearText } from "../queues/refuse-clear-text.ts";
import { deliveryOf } from "./delivery-of.ts";

export interface TopicsOptions {
  /** Whose topics those are that are named without an ARN. */
  readonly accountId: string;
  readonly region: string;
  /** @default "aws" */
  readonly partition?: string;
  /** Of an emulator or a VPC. Plain http on this machine alone. @default AWS's of the region */
  readonly endpoint?: string;
  /** @default those of the environment: of the function's role */
  readonly credentials?: SNSClientConfig["credentials"];
  /** Tries of one request, the first included. @default 3 */
  readonly attempts?: number;
  /** Of all tries together. @default 20000 */
  readonly timeoutMs?: number;
}

/** Topics of SNS. No I/O: the first message connects. */
export function openTopics(options: TopicsOptions): Topics & AsyncDisposable {
  const { accountId, region, partition = "aws", endpoint, credentials, attempts = 3, timeoutMs = 20_000 } = options;
  const client = new SNSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: attempts,
  });
  refuseClearText(client);
  return {
    async publish(topic, { subject, message, attributes = {} }, { signal } = {}) {
      if (signal?.aborted) throw coreError("ABORTED", "Aborted before a notification was delivered.");
      const limit = AbortSignal.timeout(timeoutMs);
      const command = new PublishCommand({
        TopicArn: topic.startsWith("arn:") ? topic : `arn:${partition}:sns:${region}:${accountId}:${topic}`,
        Message: message,
        ...(subject === undefined ? {} : { Subject: subject }),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
        ),
      });
      try {
        await client.send(command, { abortSignal: signal ? AbortSignal.any([signal, limit]) : limit });
        return { kind: "delivered" };
      } catch (error) {
        return deliveryOf(error, signal);
      }
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}
