import type { Attempt, DatasetState } from "../state/dataset-state.ts";
import type { LaneMarks } from "./lane-marks.ts";
import type { Purpose } from "./purpose.ts";

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
  /** A slice that the table holds. */
  | { readonly kind: "done" }
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
export function nextStep(
  state: DatasetState,
  position: LanePosition,
  asked: { readonly readBy: string; readonly purpose: Purpose; readonly marks: Pick<LaneMarks, "readBy" | "landed"> },
): NextStep {
  const { purpose, readBy, marks } = asked;
  const attempt = state.pending;
  const fresh = (superseded: Attempt | null): NextStep => ({
    kind: "fresh",
    laneVersion: position.version + 1,
    lo: position.hi,
    superseded,
  });
  // A restore or an erasure may have moved the lane to the very place where the attempt would have.
  const isLanding = marks.landed === BigInt(position.version);
  if (isLanding && attempt?.laneVersion === position.version && attemptHi(attempt) === position.hi) {
    // A window that landed is no refresh, if that is what is asked for now.
    return purpose.kind === "refresh" && attempt.purpose !== "refresh" ? fresh(null) : { kind: "settle", attempt };
  }
  // A restore that rolls a slice back moves its lane on and says no more what it was read by.
  if (purpose.kind === "slice" && position.version > 0 && marks.readBy !== undefined) return { kind: "done" };
  if (!attempt) return fresh(null);
  const follows = attempt.laneVersion === position.version + 1;
  const isSameKind = attempt.purpose === purpose.kind && attempt.readBy === readBy;
  return follows && isSameKind && goesOn(attempt, purpose, position) ? { kind: "repeat", attempt } : fresh(attempt);
}

/** Whether an attempt's bounds are still those to land next. */
function goesOn({ window }: Attempt, purpose: Purpose, position: LanePosition): boolean {
  switch (purpose.kind) {
    case "live":
      return window === null || boundOf(window.lo) === position.hi;
    case "refresh":
      return true;
    case "slice":
      return window?.lo === purpose.slice.window.lo && window.hi === purpose.slice.window.hi;
    default:
      return purpose satisfies never;
  }
}

/** Where the lane stands once this attempt is committed. */
export function attemptHi(attempt: Pick<Attempt, "window" | "snapshotMicros">): bigint {
  return BigInt(attempt.window?.hi ?? attempt.snapshotMicros);
}

const boundOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
