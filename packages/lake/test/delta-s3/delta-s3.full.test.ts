import { expect, it } from "vitest";
import { openLakeBucket } from "../s3/open-lake-bucket.ts";
import { createS3Table, expectEveryCommitOnce, raceCommitters } from "./race-committers.ts";

it("100 processes on one table commit every step once, in a log without a gap", async () => {
  await using lake = await openLakeBucket();
  const race = { processes: 100, lanes: 1, steps: 1 };
  const table = await createS3Table(lake, "raced");
  await raceCommitters(lake, table.path, race);
  await expectEveryCommitOnce(table, race);
});

it("100 processes of which some are killed at random commit every step once", async () => {
  await using lake = await openLakeBucket();
  const race = { processes: 100, lanes: 1, steps: 1, kills: 30 };
  const table = await createS3Table(lake, "killed");
  const { killed } = await raceCommitters(lake, table.path, race);
  expect(killed).toBeGreaterThan(10);
  await expectEveryCommitOnce(table, race);
  expect((await table.store.head(`${table.path}/_delta_log/_last_checkpoint`))?.sizeBytes).toBeGreaterThan(0);
});
