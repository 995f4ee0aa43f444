import { expect, it } from "vitest";
import { expectUploadsOnlyAfterKills } from "./kill-writers.ts";
import { openFaultyBucket } from "./open-faulty-bucket.ts";
import { openLakeBucket } from "./open-lake-bucket.ts";
import { expectOneWinner } from "./race-writers.ts";

it("of 50 writers of one key exactly one creates, 100 times", async () => {
  await using lake = await openLakeBucket();
  await expectOneWinner(
    Array.from({ length: 5 }, () => lake.open({ prefix: "race" })),
    100,
  );
}, 600_000);

it("60 killed writers leave whole objects, and uploads that the sweep aborts", async () => {
  await using faulty = await openFaultyBucket();
  expect(await expectUploadsOnlyAfterKills(faulty, 60)).toBeGreaterThan(0);
}, 900_000);
