import type { RunCommand, RunEvent, RunGraph, RunState, RunStatus } from "@snowmelt/core/engine";

/** What happened to a run, as it is to be stored: all of it or nothing. */
export interface RunChange {
  readonly event: RunEvent;
  /** The state that was decided upon; undefined for a run that begins. */
  readonly before: RunState | undefined;
  readonly state: RunState;
  /** Of the definition that the run began with. Stored once, with its beginning. */
  readonly graph: RunGraph;
  readonly commands: readonly RunCommand[];
  readonly note: string;
}

/** A command that is to be carried out, at least once. */
export interface OutboxItem {
  /** `<runId>/<version>/<index>`. */
  readonly id: string;
  readonly runId: string;
  readonly command: RunCommand;
  /** Times that it was taken. */
  readonly attempts: number;
  /** Nobody takes it before: its taker is at work, or it waits for its next attempt. */
  readonly notBeforeMs: number;
}

export type RunChangeOutcome =
  | { readonly kind: "done"; readonly outbox: readonly OutboxItem[] }
  /** The event was stored before, whatever became of its sender. */
  | { readonly kind: "seen" }
  /** Another event came first: decide again upon what is stored now. */
  | { readonly kind: "lost" };

/** An event that changed a run, and what was made of it. */
export interface AuditEntry {
  /** Of the state that it led to. */
  readonly version: number;
  readonly event: RunEvent;
  readonly statusBefore: RunStatus | null;
  readonly status: RunStatus;
  readonly note: string;
  readonly commands: readonly RunCommand[];
}

export interface StoredRun {
  readonly state: RunState;
  readonly graph: RunGraph;
}

export interface ForgetOptions {
  readonly limit: number;
  /** With each run before it goes: what it throws leaves the run, and passes through. */
  readonly before?: (run: StoredRun) => Promise<void>;
}

export interface RunFilter {
  readonly environment?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly status?: readonly RunStatus[] | undefined;
}

/**
 * Runs, what happened to them, and what is to be done about it. State, audit entry, the event's id and the outbox change together or
 * not at all. Every implementation passes `runStoreContract`.
 */
export interface RunStore {
  /** As of now, never as of a while ago. RUN_STATE_NEWER for a run that a newer version of Snowmelt wrote; nothing touches it then. */
  read(runId: string): Promise<StoredRun | undefined>;
  commit(change: RunChange): Promise<RunChangeOutcome>;
  /** In the order of their versions. */
  audit(runId: string): AsyncIterable<AuditEntry>;
  /** Newest first. */
  list(filter?: RunFilter): AsyncIterable<RunState>;
  /** Runs whose deadline has passed, the longest overdue first. May be told late. */
  due(nowMs: number, limit: number): Promise<readonly string[]>;
  /** Commands that wait for somebody to carry them out, over all runs or of one. May be told late. */
  pending(nowMs: number, options: { readonly limit: number; readonly runId?: string }): Promise<readonly OutboxItem[]>;
  /** The item as taken, or undefined where somebody else has it, or it is done. */
  take(item: OutboxItem, times: { readonly nowMs: number; readonly untilMs: number }): Promise<OutboxItem | undefined>;
  /** It was carried out. What is not there is done. */
  settle(item: OutboxItem): Promise<void>;
  /** Ended runs of before, with all that belongs to them. Tells how many; again while it tells `limit`. */
  forget(endedBeforeMs: number, options: ForgetOptions): Promise<number>;
}
