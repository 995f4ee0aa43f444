import { z } from "zod";
import { Fingerprint } from "../plan/fingerprint.ts";

const BigText = z.string().regex(/^-?\d+$/);

/** The bounds of what an attempt reads. `lo` null: from the beginning. Both in the cursor's unit: microseconds, or the number. */
export const AttemptWindow = z.object({ lo: BigText.nullable(), hi: BigText });
export type AttemptWindow = z.infer<typeof AttemptWindow>;

/** Where an unload's files wait, in an internal stage, until they are moved into the lake. */
export const StagedFolder = z.object({
  database: z.string(),
  schema: z.string(),
  name: z.string(),
  /** Below the stage, ending with `/`. */
  folder: z.string(),
});
export type StagedFolder = z.infer<typeof StagedFolder>;

/** One try of one window, written before anything is extracted and before it is waited for. */
export const Attempt = z.object({
  attemptId: z.string(),
  runId: z.string(),
  /** The lane version this attempt is to commit. */
  laneVersion: z.number(),
  /** What the run that began it was asked for. */
  purpose: z.enum(["live", "refresh", "slice"]),
  /**
   * Null where the dataset has no cursor: all of the source, and the lane ends at the snapshot. A refresh by a cursor reads all
   * of the source too; its window says where live runs go on.
   */
  window: AttemptWindow.nullable(),
  /** How often the table had been refreshed, or erased from, when this was planned. */
  refreshes: z.number().default(0),
  /** Microseconds of the server's clock; the `hi` action of a full refresh follows from it. */
  snapshotMicros: BigText,
  /** The source's, looked up before the snapshot; null where there is none. */
  fingerprint: Fingerprint.nullable(),
  definitionHash: z.string(),
  /** What the window's bounds are bounds of. */
  readBy: z.string(),
  /** How the rows come. */
  route: z.enum(["stream", "unload"]).default("stream"),
  /** Whose folder an unload writes into: the attempt that began it. Later tries of it take its files from there. */
  unloadId: z.string().nullable().default(null),
  /** Null where Snowflake writes into the lake itself. */
  staged: StagedFolder.nullable().default(null),
  /** Sent with the statement, so that a repeat is answered with the first query. */
  requestId: z.string(),
  queryTag: z.string(),
  sql: z.string(),
  /** Null until the server has named it. */
  queryId: z.string().nullable(),
  startedAtMs: z.number(),
});
export type Attempt = z.infer<typeof Attempt>;

/**
 * What is remembered of a dataset between runs. A cache: the table says what has landed, and everything here may be lost.
 */
export const DatasetState = z.object({
  stateVersion: z.literal(1),
  lane: z.string(),
  pending: Attempt.nullable(),
  /**
   * Attempts that this run or an earlier one has given up. What they wrote is swept once the lane has reached their version:
   * before that a frozen writer could still commit it.
   */
  terminalAttempts: z.array(
    z.object({ attemptId: z.string(), laneVersion: z.number(), staged: StagedFolder.exactOptional() }),
  ),
});
export type DatasetState = z.infer<typeof DatasetState>;

export const initialState = (lane: string): DatasetState => ({
  stateVersion: 1,
  lane,
  pending: null,
  terminalAttempts: [],
});

/** The attempt is over without a commit of its own. */
export function retirePending(state: DatasetState): DatasetState {
  if (!state.pending) return state;
  const { attemptId, unloadId, laneVersion, staged } = state.pending;
  const unloading = { attemptId: unloadId ?? attemptId, laneVersion, ...(staged ? { staged } : {}) };
  const own = attemptId === unloading.attemptId ? [] : [{ attemptId, laneVersion }];
  return { ...state, pending: null, terminalAttempts: [...state.terminalAttempts, ...own, unloading] };
}

/** The window and its query go on under another attempt. What an unload wrote is still of use. */
export function renewPending(state: DatasetState, attempt: Attempt): DatasetState {
  const { pending } = state;
  const isOfUse = pending?.unloadId === pending?.attemptId;
  const over = pending && !isOfUse ? [{ attemptId: pending.attemptId, laneVersion: pending.laneVersion }] : [];
  return { ...state, pending: attempt, terminalAttempts: [...state.terminalAttempts, ...over] };
}
