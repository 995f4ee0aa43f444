import type { StageFailure } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { failedTry, type StageReply } from "../engine/index.ts";
import { failureOf } from "../run/dataset-record.ts";
import type { Stage } from "../run-event.ts";

/** What only a new claim and a new look at the table can mend: the lane went on, or what the attempt was made of is gone. */
const beginAgain: ReadonlySet<string> = new Set(["COMMIT_LOST", "QUERY_NOT_FOUND", "RESULT_EXPIRED"]);

/** An error as the engine takes it; without a secret. */
export function stageFailure(error: unknown, stage: Stage | null): StageFailure {
  const { code, message } = failureOf(error, stage);
  if (beginAgain.has(code)) return { code: "FENCED", message: `${code}: ${message}`, retryable: true };
  return { message, ...(isSnowmeltError(error) ? failedTry(error) : { code, retryable: true }) };
}

/** The attempt that earlier stages worked on is not the one that is landed next any more. */
export const givenUp = (dataset: string): StageReply => ({
  kind: "failed",
  failure: {
    code: "FENCED",
    message: `The attempt that was made for ${dataset} has been given up; it is planned again from the table.`,
    retryable: true,
  },
});
