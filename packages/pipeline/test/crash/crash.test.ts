import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Landscape, openLandscape } from "../landscape.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "./accounts.ts";
import { runChild } from "./start-child.ts";

const rows = 3000;
let land: Landscape;
beforeAll(async () => {
  land = await openLandscape({ results: { inlineRows: 100, firstChunkBytes: 2000, maxChunkBytes: 20_000 } });
});
afterAll(() => land[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const folder of ["lake", "state"]) await rm(join(land.directory, folder), { recursive: true, force: true });
  await createAccounts(land, rows);
});

const boundaries = ["plan", "extract", "land", "verify", "check", "commit"].flatMap((stage) => [
  { kind: "stageStarted", stage },
  { kind: "stageFinished", stage },
]);

describe("a run that is killed", () => {
  test.each(boundaries)(
    "at $kind of $stage leaves a table that the next run makes equal to the source",
    async (killAt) => {
      const pipeline = accountsPipeline(land);
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect((await land.run(pipeline)).status).toBe("succeeded");
      await expectSourceInLake(land);

      await changeAccounts(land);
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect((await land.run(pipeline)).status).toBe("succeeded");
      await expectSourceInLake(land);
    },
    120_000,
  );
});

describe("named cases", () => {
  test("the commit is done and the state not saved: nothing is landed twice", async () => {
    const pipeline = accountsPipeline(land);
    await runChild(land, pipeline, { killAt: { kind: "stageFinished", stage: "commit" } });
    const { datasets } = await land.run(pipeline);
    expect(datasets.map(({ outcome, deltaVersion }) => ({ outcome, deltaVersion }))).toEqual([
      { outcome: "alreadyCommitted", deltaVersion: 0 },
    ]);
    await expectSourceInLake(land);
  });

  test("a window fails while a later one lands: the table is planned from, and nothing is missing", async () => {
    const pipeline = accountsPipeline(land);
    await runChild(land, pipeline, { killAt: { kind: "stageStarted", stage: "commit" } });
    const elsewhere = join(land.directory, "state-elsewhere");
    await changeAccounts(land);
    expect((await land.run(pipeline, { stateRoot: elsewhere })).datasets).toMatchObject([
      { outcome: "committed", laneVersion: 1 },
    ]);
    const { datasets } = await land.run(pipeline);
    expect(datasets).toMatchObject([{ outcome: "empty", notices: [{ code: "ATTEMPT_SUPERSEDED" }] }]);
    await expectSourceInLake(land);
    await rm(elsewhere, { recursive: true });
  });

  test("the state folder is deleted: the table says where to go on", async () => {
    const pipeline = accountsPipeline(land);
    await land.run(pipeline);
    await changeAccounts(land);
    await runChild(land, pipeline, { killAt: { kind: "stageStarted", stage: "verify" } });
    await rm(join(land.directory, "state"), { recursive: true });
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "committed", laneVersion: 2, counts: { updated: rows / 10, inserted: 50 } },
    ]);
    await expectSourceInLake(land);
  });
});
