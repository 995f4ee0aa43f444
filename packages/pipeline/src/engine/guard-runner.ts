import { isSnowmeltError } from "@snowmelt/core/errors";
import { verdictOfError, verdictOfFailure } from "./service-verdict.ts";
import type { StageReply, StageRunner } from "./stage-runner.ts";
import type { Breaker } from "./with-breaker.ts";

/** A runner whose starts are deferred while its service is left alone; that takes no try. What is under way is asked and stopped as ever. */
export function guardRunner(runner: StageRunner, breaker: Breaker, service: string): StageRunner {
  return {
    ...runner,
    async start(command, call) {
      try {
        return await breaker.guard(
          service,
          () => runner.start(command, call),
          (end) =>
            end.kind === "threw"
              ? verdictOfError(end.error)
              : end.value.kind === "failed"
                ? verdictOfFailure(end.value.failure)
                : "ok",
        );
      } catch (error) {
        if (!isSnowmeltError(error, "BREAKER_OPEN")) throw error;
        return deferred(error.message, error.details.retryAfterMs);
      }
    },
  };
}

const deferred = (message: string, retryAfterMs: unknown): StageReply => ({
  kind: "failed",
  failure: {
    code: "BREAKER_OPEN",
    message,
    retryable: true,
    isDeferral: true,
    ...(typeof retryAfterMs === "number" ? { retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) } : {}),
  },
});
