import { describe, expect, it } from "vitest";
import { s3WorstCase } from "./worst-case.ts";

describe("the worst case of all tries", () => {
  const minutes = (ms: number): number => Math.round(ms / 6000) / 10;

  it("is bounded for each operation, and known", () => {
    const { requestMs, putMs, uploadMs } = s3WorstCase();
    expect([requestMs, putMs, uploadMs].map(minutes)).toEqual([3.9, 7.9, 9.1]);
  });

  it("follows the options", () => {
    const { requestMs, putMs } = s3WorstCase({ attempts: 1, connectTimeoutMs: 1_000, idleTimeoutMs: 10_000 });
    expect([requestMs, putMs]).toEqual([14_000, 28_000]);
  });
});
