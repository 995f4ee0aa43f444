import { afterAll, beforeAll, expect, it } from "vitest";
import { expectUploadsOnlyAfterKills } from "./kill-writers.ts";
import { type FaultyBucket, openFaultyBucket } from "./open-faulty-bucket.ts";

let faulty: FaultyBucket;
beforeAll(async () => {
  faulty = await openFaultyBucket();
});
afterAll(() => faulty[Symbol.asyncDispose]());

it("a writer killed at many moments leaves whole objects, and uploads that the sweep aborts", async () => {
  const left = await expectUploadsOnlyAfterKills(faulty, 6);
  expect(left, "a kill in mid upload leaves it, else the test killed nothing").toBeGreaterThan(0);
}, 120_000);
