import type { Clock } from "@snowmelt/core/ports";
import type { LeaseStore, StageRunner } from "../engine/index.ts";

/** Waited at most before a busy resource is asked for again, whenever its lease may end. */
const longestWaitMs = 30_000;

/** Takes the task's resource for the run. A busy one is a deferral: it takes no try. */
export function claimStage({
  leases,
  leaseMs,
  clock,
}: {
  readonly leases: Pick<LeaseStore, "claim">;
  readonly leaseMs: number;
  readonly clock: Pick<Clock, "nowMs">;
}): StageRunner {
  return {
    async start({ resource, task }, { runId }) {
      const nowMs = clock.nowMs();
      const claim = await leases.claim(resource, { holder: `${runId}/${task}`, nowMs, leaseMs });
      if (claim.kind === "claimed") return { kind: "succeeded", result: {}, fence: claim.fence };
      const { holder, expiresAtMs } = claim.by;
      return {
        kind: "failed",
        failure: {
          code: "DATASET_BUSY",
          message: `${resource} is worked on by ${holder}, until ${new Date(expiresAtMs).toISOString()} at most unless that is prolonged. It is asked for again.`,
          retryable: true,
          isDeferral: true,
          retryAfterMs: Math.min(longestWaitMs, Math.max(1_000, expiresAtMs - nowMs)),
        },
      };
    },
  };
}
