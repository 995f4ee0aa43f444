import type { ActiveStage, JsonRecord, RunState, RunStatus } from "./run-state.ts";
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
  | (OfStage & {
      readonly type: "observe";
      readonly externalId: string | null;
      /** Not before this long. Asked too early it does no harm, asked never the next tick does it. */
      readonly delayMs?: number;
    })
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
      /** What it tells of, and how it is known whether it is still so. */
      readonly about?:
        | { readonly is: "failed"; readonly task: string; readonly stage: StageName | null }
        | { readonly is: "overdue"; readonly task: string; readonly stage: StageName; readonly key: string }
        | { readonly is: "paused" };
    }
  | { readonly type: "recover"; readonly dedupKey: string }
  /** The run has ended: tell who waits for it. */
  | { readonly type: "announce"; readonly status: RunStatus };

/**
 * Whether a command is still what its run, as it is now, asks for. A start of a try that is over must not be carried out any more,
 * and who was not told of a failure in time need not hear of it when it is mended. Pure.
 */
export function isWanted(state: RunState, command: RunCommand): boolean {
  if (command.type === "start") {
    const active = state.tasks[command.task]?.active;
    return active?.key === command.key && active.phase === "starting";
  }
  if (command.type !== "raise" || !command.about) return true;
  const { about } = command;
  if (about.is === "paused") return state.status === "paused";
  const task = state.tasks[about.task];
  if (about.is === "failed") return task?.status === "failed";
  return task?.active?.key === about.key && task.active.isOverdue === true;
}
