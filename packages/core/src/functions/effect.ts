import type { Channel } from "../definition/index.ts";

/** The queues there are. Each has a dead-letter queue of its own. */
export const queueNames = ["events", "extract", "land", "check", "catalog", "transform", "publish", "alerts"] as const;
export type QueueName = (typeof queueNames)[number];

/** Where objects are: the tables of the lake, or what the engine keeps beside its table. */
export type ObjectPlace = "lake" | "state";

/** Whose secrets: how Snowflake is reached, how alert channels are. */
export type SecretUse = "snowflake" | "channels";

/** What objects, secrets and topics are encrypted by. */
export type KeyUse = "lake" | "state" | "secrets";

/** The channels that are reached by a plain request. */
export type HttpChannel = Extract<Channel["kind"], "slack" | "pagerDuty" | "webhook" | "custom">;

/**
 * One thing that a function does to the world, or asks of it. What is not named cannot be done: the handler is not given the port,
 * and the role has not the right.
 */
export type Effect =
  | { readonly effect: "readSecret"; readonly of: SecretUse }
  /** Puts versions of a secret and moves their stages; what a rotation does. */
  | { readonly effect: "rotateSecret"; readonly of: SecretUse }
  /** Objects below the place's root whose keys are like the pattern; `*` is any text. With the right to list them. */
  | { readonly effect: "readObjects"; readonly in: ObjectPlace; readonly like: string }
  | { readonly effect: "putObjects"; readonly in: ObjectPlace; readonly like: string }
  | { readonly effect: "deleteObjects"; readonly in: ObjectPlace; readonly like: string }
  | { readonly effect: "stateTable"; readonly access: "read" | "write" }
  | { readonly effect: "sendQueue"; readonly queue: QueueName }
  /** The topics of the channels. */
  | { readonly effect: "publishTopic" }
  /** On the platform's bus, and on those of the channels. */
  | { readonly effect: "putEvents" }
  /** The tables of the lake's databases. */
  | { readonly effect: "glueTable"; readonly access: "write" }
  /** Statements in Snowflake, in the role that the connection names. */
  | { readonly effect: "snowflakeRole" }
  | { readonly effect: "decrypt"; readonly key: KeyUse }
  | { readonly effect: "encrypt"; readonly key: KeyUse }
  | { readonly effect: "httpTo"; readonly channels: readonly HttpChannel[] };
export type EffectKind = Effect["effect"];
