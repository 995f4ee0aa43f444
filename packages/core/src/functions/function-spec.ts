import type { StageName } from "../engine/index.ts";
import type { Effect, QueueName } from "./effect.ts";

/** What calls a function. */
export type Trigger =
  /** Messages, `batchSize` at most at a time, at most `maxConcurrency` batches side by side. What fails comes again by itself. */
  | {
      readonly kind: "queue";
      readonly queue: QueueName;
      readonly batchSize: number;
      readonly maxConcurrency?: number;
    }
  /** EventBridge, at a fixed pace. */
  | { readonly kind: "rate"; readonly everyMinutes: number }
  /** EventBridge Scheduler or a rule, for every `every()` and `cron()` of the definitions. */
  | { readonly kind: "schedules" }
  /** EventBridge's `Object Created` of S3, for every `onObject()`. */
  | { readonly kind: "objects" }
  /** `run ended` of the platform's bus, for every `after()`. */
  | { readonly kind: "runs" }
  /** Called by people, through the command line. */
  | { readonly kind: "people" }
  /** Secrets Manager, step by step. */
  | { readonly kind: "rotation" };

/** A function as it is deployed: everything that its configuration, its role and its handler's ports follow from. */
export interface FunctionSpec {
  readonly name: string;
  /** One line, shown in the console. */
  readonly summary: string;
  readonly triggers: readonly Trigger[];
  /** The stages whose commands it carries out. */
  readonly stages: readonly StageName[];
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Kept for it alone, and no more at a time. Left out where the account's share will do. */
  readonly reservedConcurrency?: number;
  readonly effects: readonly Effect[];
}

/** A queue as it is made; its dead-letter queue is `<name>-dead`. */
export interface QueueSpec {
  readonly name: QueueName;
  readonly deadLetterName: string;
  /** Six times the function's timeout, as AWS asks: a message is seen by one receiver at a time. */
  readonly visibilitySeconds: number;
  /** Deliveries before it goes to the dead-letter queue. */
  readonly maxReceives: number;
  readonly retentionSeconds: number;
  readonly deadLetterRetentionSeconds: number;
}
