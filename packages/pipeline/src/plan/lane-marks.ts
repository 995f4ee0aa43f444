import { canonicalJson } from "@snowmelt/core/definition";
import { type LaneStep, markOf, readLaneMark, type Snapshot } from "@snowmelt/lake/delta";
import type { Attempt } from "../state/dataset-state.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { attemptHi } from "./next-step.ts";

/**
 * What a lane's last step was, beyond its place: hashes, which the log keeps for as long as the lane. All they can tell is
 * whether something is the same.
 */
export interface LaneMarks {
  /** Of what its window's bounds are bounds of; undefined where the step did not say. */
  readonly readBy: bigint | undefined;
  /** Of the source's fingerprint. */
  readonly fingerprint: bigint | undefined;
  /** The lane version of the last window that landed; undefined before the first, and after a restore. */
  readonly landed: bigint | undefined;
}

export const readLaneMarks = (snapshot: Pick<Snapshot, "txns"> | undefined, lane: string): LaneMarks => ({
  readBy: readLaneMark(snapshot, lane, "readBy"),
  fingerprint: readLaneMark(snapshot, lane, "fingerprint"),
  landed: readLaneMark(snapshot, lane, "landed"),
});

/** The step that an attempt's landing is of its lane. The same for every attempt of a window. */
export function landingStep(lane: string, attempt: Attempt): LaneStep {
  const { laneVersion: n, readBy, fingerprint } = attempt;
  const marks = {
    landed: BigInt(n),
    readBy: markOf(readBy),
    ...(fingerprint ? { fingerprint: fingerprintMark(fingerprint) } : {}),
  };
  return { appId: lane, n, hi: attemptHi(attempt), marks };
}

export const fingerprintMark = (fingerprint: Fingerprint): bigint => markOf(canonicalJson(fingerprint));
