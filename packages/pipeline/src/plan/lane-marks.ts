import { canonicalJson } from "@snowmelt/core/definition";
import { markOf, readLaneMark, type Snapshot } from "@snowmelt/lake/delta";
import type { Fingerprint } from "./fingerprint.ts";

/**
 * What a lane's last step was, beyond its place: hashes, which the log keeps for as long as the lane. All they can tell is
 * whether something is the same.
 */
export interface LaneMarks {
  /** Of what its window's bounds are bounds of; undefined where the step did not say. */
  readonly readBy: bigint | undefined;
  /** Of the source's fingerprint. */
  readonly fingerprint: bigint | undefined;
}

export const readLaneMarks = (snapshot: Pick<Snapshot, "txns"> | undefined, lane: string): LaneMarks => ({
  readBy: readLaneMark(snapshot, lane, "readBy"),
  fingerprint: readLaneMark(snapshot, lane, "fingerprint"),
});

/** The marks of a step. */
export function laneMarks(step: {
  readonly readBy: string;
  readonly fingerprint: Fingerprint | null;
}): Readonly<Record<string, bigint>> {
  const { readBy, fingerprint } = step;
  return { readBy: markOf(readBy), ...(fingerprint ? { fingerprint: fingerprintMark(fingerprint) } : {}) };
}

export const fingerprintMark = (fingerprint: Fingerprint): bigint => markOf(canonicalJson(fingerprint));
