import type { JsonRecord, RunCommand, StageFailure, StageTruth } from "@snowmelt/core/engine";

export type StartCommand = Extract<RunCommand, { readonly type: "start" }>;
export type ObserveCommand = Extract<RunCommand, { readonly type: "observe" }>;
export type StopCommand = Extract<RunCommand, { readonly type: "stop" }>;

/** What came of carrying out the start of a stage. */
export type StageReply =
  /** It goes on at a service under this id; `observe` tells how it ends. */
  | { readonly kind: "started"; readonly externalId: string }
  /** A piece is done and safe; the next begins at `position`. */
  | { readonly kind: "yielded"; readonly position: JsonRecord }
  | { readonly kind: "succeeded"; readonly result: JsonRecord; readonly fence?: number; readonly goTo?: string }
  | { readonly kind: "failed"; readonly failure: StageFailure };

/** What a runner is told beside its command. */
export interface StageCall {
  readonly runId: string;
  readonly pipeline: string;
  readonly environment: string;
  readonly definitionHash: string;
  /** When whoever carries it out has to have ended; infinite where nothing ends it. */
  readonly deadlineAtMs: number;
  readonly signal: AbortSignal;
}

/** Carries out one stage. The same in a process and in a function. */
export interface StageRunner {
  /**
   * May be called again under the same key: then it finds what it did before. A failure that it tells means that nothing is under way.
   * Where that is not clear, a submission that got no answer, it throws, and `observe` is asked under the key, without an id.
   */
  start(command: StartCommand, call: StageCall): Promise<StageReply>;
  /** Of work that goes on elsewhere. Left out by a runner whose `start` ends with its work. */
  observe?(command: ObserveCommand, call: StageCall): Promise<StageTruth>;
  /** Ends what was started under the key. What has ended, or never began, is stopped. */
  stop?(command: StopCommand, call: StageCall): Promise<void>;
}
