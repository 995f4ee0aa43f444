import * as names from "../names.ts";
import type { Stage } from "./act.ts";

/** An alert as it came out of a channel. */
export interface Heard {
  readonly channel: "people" | "boss" | "topic" | "bus";
  readonly action: string;
  readonly dedupKey: string;
  readonly atMs: number;
}

interface Envelope {
  readonly source?: string;
  readonly detail?: { readonly action: string; readonly dedupKey: string };
  readonly MessageAttributes?: Readonly<Record<string, { readonly Value: string }>>;
}

/** Listens to all channels of alerts, and tells what each of them has said so far. */
export function openHearing({
  account,
  aws,
  sink,
}: Pick<Stage, "account" | "aws" | "sink">): () => Promise<readonly Heard[]> {
  const fromQueue: Heard[] = [];
  return async () => {
    const QueueUrl = names.queueUrl(aws, names.heardQueue);
    for (;;) {
      const { Messages = [] } = (await account.json("AmazonSQS.ReceiveMessage", {
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 3600,
      })) as { Messages?: { Body: string }[] };
      if (Messages.length === 0) break;
      for (const { Body } of Messages) {
        const { detail, MessageAttributes = {} } = JSON.parse(Body) as Envelope;
        const action = detail?.action ?? MessageAttributes.action?.Value ?? "none";
        const dedupKey = detail?.dedupKey ?? MessageAttributes.dedupKey?.Value ?? "none";
        fromQueue.push({ channel: detail ? "bus" : "topic", action, dedupKey, atMs: Date.now() });
      }
    }
    const posted = sink.received.map(({ path, body, atMs }): Heard => {
      const { data } = JSON.parse(body) as { data: { action: string; dedupKey: string } };
      return { channel: path === "/boss" ? "boss" : "people", action: data.action, dedupKey: data.dedupKey, atMs };
    });
    return [...posted, ...fromQueue];
  };
}
