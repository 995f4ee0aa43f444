import { z } from "zod";
import { SecretRef } from "../ports/index.ts";
import { Custom } from "./custom.ts";
import { strict } from "./strict.ts";

const reference = (example: string) =>
  z.strictObject(SecretRef.shape, {
    error: `expected secret("scheme:name"), such as secret("${example}"): whoever has it may send, so it never stands in a definition`,
  });

const Topic = z.string().regex(/^(arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:)?[A-Za-z0-9_-]{1,256}$/, {
  error: "expected the name or the ARN of an SNS topic (not a FIFO topic)",
});

const SnsChannel = strict({ kind: z.literal("sns"), topic: Topic });
const SlackChannel = strict({
  kind: z.literal("slack"),
  /** Of the incoming webhook. */
  url: reference("env:SLACK_WEBHOOK_URL"),
});
const PagerDutyChannel = strict({
  kind: z.literal("pagerDuty"),
  /** Of the service's Events API v2 integration. */
  routingKey: reference("env:PAGERDUTY_ROUTING_KEY"),
  /** Where the account is served. */
  region: z.enum(["us", "eu"], { error: 'expected region: "us" or "eu"' }).default("us"),
});
const WebhookChannel = strict({
  kind: z.literal("webhook"),
  /** https, no redirect, no private address. */
  url: reference("env:ALERT_WEBHOOK_URL"),
  /** Each signs every message, so that a receiver may go from one to the next; by Standard Webhooks. */
  signingKeys: z
    .array(reference("env:ALERT_WEBHOOK_KEY"))
    .min(1, { error: "expected at least one signing key: a receiver could not tell whose a message is" })
    .max(4)
    .readonly(),
});
const EventBridgeChannel = strict({
  kind: z.literal("eventBridge"),
  bus: z.string().regex(/^(arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[A-Za-z0-9._/-]{1,256}$/, {
    error: "expected the name or the ARN of an event bus",
  }),
});
const AmazonQChannel = strict({
  kind: z.literal("amazonQ"),
  /** The SNS topic that Amazon Q Developer in chat applications reads. */
  topic: Topic,
});

export const Channel = z.discriminatedUnion(
  "kind",
  [SnsChannel, SlackChannel, PagerDutyChannel, WebhookChannel, EventBridgeChannel, AmazonQChannel, Custom],
  { error: "expected sns(), slack(), pagerDuty(), webhook(), eventBridge(), amazonQ() or custom()" },
);
/** A way to reach people or systems, in normal form. */
export type Channel = z.output<typeof Channel>;

type Options<S extends z.ZodType> = Omit<z.input<S>, "kind">;

/** People and systems that subscribe to a topic of SNS: mail, text messages, queues. */
export const sns = (options: Options<typeof SnsChannel>) => ({ kind: "sns", ...options }) as const;

/** A channel of Slack, by an incoming webhook. */
export const slack = (options: Options<typeof SlackChannel>) => ({ kind: "slack", ...options }) as const;

/** A service of PagerDuty, by Events API v2. */
export const pagerDuty = (options: Options<typeof PagerDutyChannel>) => ({ kind: "pagerDuty", ...options }) as const;

/** Any receiver of signed messages, by Standard Webhooks. */
export const webhook = (options: Options<typeof WebhookChannel>) => ({ kind: "webhook", ...options }) as const;

/** An event bus of the account. */
export const eventBridge = (options: Options<typeof EventBridgeChannel>) =>
  ({ kind: "eventBridge", ...options }) as const;

/** A chat room that Amazon Q Developer serves, by the SNS topic that it reads. */
export const amazonQ = (options: Options<typeof AmazonQChannel>) => ({ kind: "amazonQ", ...options }) as const;
