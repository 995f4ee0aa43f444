import { describe, expect, it } from "vitest";
import { driverRetries, worstCase } from "./worst-case.ts";

describe("the worst case of all attempts", () => {
  const config = { requestTimeoutMs: 60_000, loginAttempts: 4 };
  const minutes = (ms: number): number => Math.round(ms / 6000) / 10;

  it("is bounded for each operation, and known", () => {
    const { loginMs, statementMs, statusMs, rangeMs } = worstCase(config, 60_000);
    expect([loginMs, statementMs, statusMs, rangeMs].map(minutes)).toEqual([4, 9.9, 6.1, 43.5]);
  });

  it("of a range does not grow by the driver's retries of a chunk, which the wait for a row cuts short", () => {
    const chunkMs =
      (driverRetries.chunk + 1) * config.requestTimeoutMs + driverRetries.chunk * driverRetries.maxSleepMs;
    expect(worstCase(config, 60_000).rangeMs - worstCase(config, 30_000).rangeMs).toBe(4 * 30_000);
    expect(chunkMs).toBeGreaterThan(60_000);
  });
});
