import type { ActiveStage, JsonRecord, RunStatus } from "./run-state.ts";
import type { StageName } from "./stage-name.ts";

interface OfStage {
  readonly key: string;
  readonly task: string;
  readonly stage: StageName;
  /** Of the task's plan. */
  readonly work: JsonRecord;
}

/**
 * What the world is asked to do. Each is carried out at least once, so each is safe to repeat: `start` by its key, `stop` of
 * what has ended is nothing, `release` by its fence, alerts by their deduplication key.
 */
export type RunCommand =
  | (OfStage & {
      readonly type: "start";
      readonly resource: string;
      readonly fence: number | null;
      /** The stages before it, with what they found. */
      readonly results: Readonly<Partial<Record<StageName, JsonRecord>>>;
      readonly position: JsonRecord | null;
      readonly timeoutAtMs: ActiveStage["timeoutAtMs"];
    })
  | (OfStage & { readonly type: "observe"; readonly externalId: string | null })
  | (OfStage & {
      readonly type: "stop";
      readonly externalId: string | null;
      readonly reason: "timeout" | "cancel";
    })
  | { readonly type: "release"; readonly task: string; readonly resource: string; readonly fence: number }
  | {
      readonly type: "raise";
      readonly dedupKey: string;
      readonly severity: "error" | "warning";
      readonly summary: string;
    }
  | { readonly type: "recover"; readonly dedupKey: string }
  /** The run has ended: tell who waits for it. */
  | { readonly type: "announce"; readonly status: RunStatus };
