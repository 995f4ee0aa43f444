import type { CommitOutcome } from "./commit.ts";
import { checkLane, type LaneHolder, type LaneStep, readLane, standsAt } from "./lane.ts";

/** Where a lane stood when a commit was planned that must not follow any later step of it. */
export interface LaneGuard {
  readonly appId: string;
  /** 0 for one that never committed. */
  readonly n: number;
}

/** Why a commit that was planned under these guards is not to be made upon a state; undefined when it may. Pure. */
export function checkGuards(
  snapshot: LaneHolder | undefined,
  guards: readonly LaneGuard[],
): Extract<CommitOutcome, { status: "conflict" }> | undefined {
  for (const { appId, n } of guards) {
    const found = readLane(snapshot, appId);
    if (found.n === n) continue;
    return {
      status: "conflict",
      reason: "lane",
      message: `The lane ${appId} is at n = ${found.n}, and was at ${n} when this was planned. Plan again from the table.`,
      version: snapshot?.version,
    };
  }
  return undefined;
}

/**
 * Why a commit that makes these steps is not to be made upon a state: because the first of them is there already, or because
 * one does not follow. Undefined when it may. Pure.
 */
export function checkLanes(
  snapshot: LaneHolder | undefined,
  lanes: readonly LaneStep[],
): Exclude<CommitOutcome, { status: "committed" }> | undefined {
  for (const [index, step] of lanes.entries()) {
    const verdict = checkLane(snapshot, step);
    if (verdict.kind === "done" && index === 0) return { status: "alreadyCommitted", version: verdict.version };
    if (verdict.kind === "ready") continue;
    const found = verdict.kind === "gap" ? verdict.found : { n: step.n, hi: step.hi, committedIn: verdict.version };
    const by =
      verdict.kind === "gap" && standsAt(found, step) ? ", which another step than this landing took it to" : "";
    return {
      status: "conflict",
      reason: "lane",
      message: `The lane ${step.appId} is at n = ${found.n} (window end ${found.hi ?? "none"})${by}, so step ${step.n} with window end ${step.hi} does not follow. Plan again from the table.`,
      version: snapshot?.version,
      lane: { step, found },
    };
  }
  return undefined;
}
