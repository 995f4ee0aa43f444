import type { StageFailure } from "@snowmelt/core/engine";
import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";

/**
 * What an error is for the try of a stage that it ended. Whoever gave up after tries of its own within seconds tells what it failed
 * by, which may be over by the stage's next try. Pure.
 */
export function failedTry(error: SnowmeltError): Pick<StageFailure, "code" | "retryable"> {
  const { code, retryable, category, cause } = error;
  if (code === "RETRIES_EXHAUSTED") return { code: isSnowmeltError(cause) ? cause.code : code, retryable: true };
  return { code, retryable: retryable || category === "aborted" };
}
