import { coreError, errorFactory } from "@snowmelt/core/errors";
import { expect, test } from "vitest";
import { failedTry } from "./failed-try.ts";
import { verdictOfFailure } from "./service-verdict.ts";

const testError = errorFactory({
  CONNECTION_FAILED: { category: "source", summary: "No connection.", retryable: true },
  VALUE_WRONG: { category: "data", summary: "A wrong value." },
});

test("who gave up after tries of its own says what it failed by, may be tried again, and counts for the breaker", () => {
  const cause = testError("CONNECTION_FAILED", "Could not log in.");
  const failure = failedTry(coreError("RETRIES_EXHAUSTED", "Gave up trying to log in.", { cause }));
  expect(failure).toEqual({ code: "CONNECTION_FAILED", retryable: true });
  expect(verdictOfFailure({ ...failure, message: "" })).toBe("bad");
  const unnamed = failedTry(coreError("RETRIES_EXHAUSTED", "Gave up.", { cause: new Error("reset") }));
  expect(unnamed).toEqual({ code: "RETRIES_EXHAUSTED", retryable: true });
});

test("what no other try would mend is told as it is; an abort may be tried again", () => {
  expect(failedTry(testError("VALUE_WRONG", "x"))).toEqual({ code: "VALUE_WRONG", retryable: false });
  expect(failedTry(coreError("ABORTED", "x"))).toEqual({ code: "ABORTED", retryable: true });
});
