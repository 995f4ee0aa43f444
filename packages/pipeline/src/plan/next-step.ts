import type { Attempt, DatasetState } from "../state/dataset-state.ts";

/** What the table itself says of a lane: the version it holds (0: none yet) and where its last window ended. */
export interface LanePosition {
  readonly version: number;
  readonly hi: bigint | null;
}

export type NextStep =
  /** The table already holds the pending window: the commit went through, the state was not saved. */
  | { readonly kind: "settle"; readonly attempt: Attempt }
  /** The pending window is still the next one: the same bounds again, by a new attempt. */
  | { readonly kind: "repeat"; readonly attempt: Attempt }
  /** Plan from the table. `superseded`: a pending attempt that does not go on from where the table ends any more. */
  | {
      readonly kind: "fresh";
      readonly laneVersion: number;
      readonly lo: bigint | null;
      readonly superseded: Attempt | null;
    };

/**
 * What a dataset does next. The table is the authority: the remembered attempt counts only where it agrees with the lane.
 * Source: the commit table of docs/exactly-once.md.
 */
export function nextStep(state: DatasetState, position: LanePosition, readBy: string): NextStep {
  const fresh = (superseded: Attempt | null): NextStep => ({
    kind: "fresh",
    laneVersion: position.version + 1,
    lo: position.hi,
    superseded,
  });
  const attempt = state.pending;
  if (!attempt) return fresh(null);
  if (attempt.laneVersion === position.version) {
    return attemptHi(attempt) === position.hi ? { kind: "settle", attempt } : fresh(attempt);
  }
  const follows = attempt.laneVersion === position.version + 1;
  const startsAtTable = attempt.window === null || boundOf(attempt.window.lo) === position.hi;
  return follows && startsAtTable && attempt.readBy === readBy ? { kind: "repeat", attempt } : fresh(attempt);
}

/** Where the lane stands once this attempt is committed. */
export function attemptHi(attempt: Pick<Attempt, "window" | "snapshotMicros">): bigint {
  return BigInt(attempt.window?.hi ?? attempt.snapshotMicros);
}

const boundOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
