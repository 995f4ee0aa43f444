import { describe, expect, test } from "vitest";
import { coreError } from "../errors/index.ts";
import { manualClock, seededRandom } from "../ports/index.ts";
import { RetryPolicy, retry, worstCaseDelayMs } from "./retry.ts";

const flaky = () => coreError("SCHEMA_DRIFT", "flaky", { retryable: true });
const policy = RetryPolicy.parse({ attempts: 4, baseDelayMs: 100, maxDelayMs: 250 });
const deps = () => ({ what: "read the page", policy, clock: manualClock(), random: seededRandom(1) });

describe("retry", () => {
  test("repeats a retryable failure until it succeeds", async () => {
    let calls = 0;
    const answer = await retry(async (attempt) => {
      calls++;
      if (attempt < 3) throw flaky();
      return attempt;
    }, deps());
    expect([answer, calls]).toEqual([3, 3]);
  });

  test("gives up after its attempts, with the last error as cause and the waits within full-jitter ceilings", async () => {
    const delays: number[] = [];
    const options = { ...deps(), onRetry: ({ delayMs }: { delayMs: number }) => void delays.push(delayMs) };
    await expect(retry(() => Promise.reject(flaky()), options)).rejects.toMatchObject({
      code: "RETRIES_EXHAUSTED",
      message: expect.stringContaining("read the page after 4 attempts"),
      cause: { message: "flaky" },
    });
    expect(delays).toHaveLength(3);
    for (const [index, ceiling] of [100, 200, 250].entries()) expect(delays[index]).toBeLessThanOrEqual(ceiling);
    expect(worstCaseDelayMs(policy)).toBe(550);
  });

  test("passes an error that is not retryable through, at once and unchanged", async () => {
    let calls = 0;
    const fatal = coreError("DEFINITION_INVALID", "no");
    await expect(
      retry(() => {
        calls++;
        return Promise.reject(fatal);
      }, deps()),
    ).rejects.toBe(fatal);
    expect(calls).toBe(1);
  });

  test("an abort between attempts rejects with ABORTED and starts no further attempt", async () => {
    const controller = new AbortController();
    let calls = 0;
    const failing = retry(
      () => {
        calls++;
        controller.abort(new Error("stop"));
        return Promise.reject(flaky());
      },
      { ...deps(), signal: controller.signal },
    );
    await expect(failing).rejects.toMatchObject({ code: "ABORTED" });
    expect(calls).toBe(1);
  });
});
