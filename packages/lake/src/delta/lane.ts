import { lakeError } from "../lake-error.ts";
import { readLaneMark, windowAppId } from "./lane-txns.ts";
import type { Snapshot } from "./snapshot.ts";

/** A step of a lane: who commits, in which order, and up to where its window reaches. */
export interface LaneStep {
  /** `snowmelt/<env>/<pipeline>/<dataset>/live`, or `…/backfill/<backfillId>/<slice>`. */
  readonly appId: string;
  /** 1 is the first. Commits only upon n - 1. */
  readonly n: number;
  /** End of the window: microseconds since the epoch, or the numeric cursor. 64 bits. */
  readonly hi: bigint;
  /**
   * What else of the step must outlive the log's JSON: numbers of 63 bits by name, such as hashes by {@link markOf}. They
   * are of this step alone: one that a later step does not give is gone. See {@link readLaneMark}. One has a meaning here:
   * `landed`, the n of the lane's last landing, which is the step's own n in every step that lands a window. A restore and an
   * erasure move a lane on without a landing, to an n and a window end that a window under way may have too.
   */
  readonly marks?: Readonly<Record<string, bigint>>;
}

/**
 * What a table says of a lane. A lane that never committed is at n = 0 without a window. `committedIn` is undefined when
 * the log does not tell the version any more.
 */
export type LaneState =
  | { readonly n: 0; readonly hi: undefined; readonly committedIn: undefined }
  | { readonly n: number; readonly hi: bigint; readonly committedIn: number | undefined };

export type LaneVerdict =
  | { readonly kind: "ready" }
  /** `version` has the step: its own, or a later one where the log does not tell. */
  | { readonly kind: "done"; readonly version: number }
  | { readonly kind: "gap"; readonly found: LaneState };

/** What lanes are read from: a state of a table whose log keeps transactions, whatever the form of the log. */
export type LaneHolder = Pick<Snapshot, "version" | "txns">;

/** DELTA_LANE_BROKEN when the table has one of the lane's two `txn` actions without the other, or an n past 2^53. */
export function readLane(snapshot: Pick<LaneHolder, "txns"> | undefined, appId: string): LaneState {
  const step = snapshot?.txns.get(appId);
  const window = snapshot?.txns.get(windowAppId(appId));
  if (!step && !window) return { n: 0, hi: undefined, committedIn: undefined };
  const n = Number(step?.version ?? -1n);
  if (!step || !window || !Number.isSafeInteger(n) || n < 1) {
    throw lakeError(
      "DELTA_LANE_BROKEN",
      `The lane ${appId} holds ${step ? `n = ${step.version}` : "no n"} and ${window ? "a" : "no"} window. Its next window cannot be known; it must be set by hand or landed anew in full.`,
      { details: { lane: appId } },
    );
  }
  return { n, hi: window.version, committedIn: step.committedIn };
}

/**
 * Whether a step may be committed upon the snapshot. It is done where the lane stands at its n and its window end, and says
 * the same of the last landing.
 */
export function checkLane(snapshot: LaneHolder | undefined, step: LaneStep): LaneVerdict {
  const found = readLane(snapshot, step.appId);
  if (found.n === step.n - 1) return { kind: "ready" };
  const { landed } = step.marks ?? {};
  if (standsAt(found, step) && readLaneMark(snapshot, step.appId, "landed") === landed) {
    return { kind: "done", version: found.committedIn ?? snapshot?.version ?? 0 };
  }
  return { kind: "gap", found };
}

/** Whether a lane is where a step would take it, whoever took it there. */
export const standsAt = (found: LaneState, step: Pick<LaneStep, "n" | "hi">): boolean =>
  found.n !== 0 && found.n === step.n && found.hi === step.hi;
