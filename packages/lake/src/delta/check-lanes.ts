import type { CommitOutcome } from "./commit.ts";
import { checkLane, type LaneHolder, type LaneStep } from "./lane.ts";

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
    return {
      status: "conflict",
      reason: "lane",
      message: `The lane ${step.appId} is at n = ${found.n} (window end ${found.hi ?? "none"}), so step ${step.n} with window end ${step.hi} does not follow. Plan again from the table.`,
      version: snapshot?.version,
      lane: { step, found },
    };
  }
  return undefined;
}
