import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { planPipeline } from "../../src/index.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { describeNamedCases } from "../crash/named-cases.ts";
import { runChild } from "../crash/start-child.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";

let land: S3Landscape;
beforeAll(async () => {
  land = await openS3Landscape();
}, 240_000);
afterAll(() => land?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await emptyLake(land);
  await createAccounts(land, 3000);
});

describe("a lake on S3", { timeout: 120_000 }, () => {
  test("takes the first rows, then what changed by a merge, then nothing", async () => {
    const pipeline = accountsPipeline(land);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      {
        outcome: "committed",
        table: "s3://snowmelt-lake/lake/raw/accounts",
        counts: { extracted: 3000, quarantined: 30 },
      },
    ]);
    await expectSourceInLake(land);
    await changeAccounts(land);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "committed", counts: { inserted: 50, updated: 300, quarantined: 5 } },
    ]);
    await expectSourceInLake(land);
    const { datasets, lake } = await land.run(pipeline);
    expect(datasets).toMatchObject([{ outcome: "empty", counts: { extracted: 0 } }]);
    expect(lake).toBe("s3://snowmelt-lake/lake");
  });

  test("is planned without a byte being written", async () => {
    const { datasets } = await planPipeline(accountsPipeline(land), {
      environment: "local",
      secrets: land.secrets,
      lake: land.access,
    });
    expect(datasets).toMatchObject([{ status: "planned", action: "land", write: "create", sourceRows: "3000" }]);
    const keys: string[] = [];
    for await (const { key } of land.store.list("")) keys.push(key);
    expect(keys).toEqual([]);
  });

  test("lets two runs at once land a window once", async () => {
    const pipeline = accountsPipeline(land);
    const stateRoots = ["one", "two"].map((name) => `${land.directory}/state-${name}`);
    const runs = await Promise.all(stateRoots.map((stateRoot) => land.run(pipeline, { stateRoot })));
    const outcomes = runs.flatMap(({ datasets }) => datasets.map(({ outcome }) => outcome));
    expect(outcomes).toContain("committed");
    await expectSourceInLake(land);
  });
});

describe("a stream to S3 that is killed", { timeout: 120_000 }, () => {
  test.each([
    { kind: "progress", stage: "land" },
    { kind: "stageFinished", stage: "land" },
    { kind: "stageStarted", stage: "commit" },
    { kind: "stageFinished", stage: "commit" },
  ])("at $kind of $stage is finished by the next run", async (killAt) => {
    const pipeline = accountsPipeline(land);
    expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
    expect(await land.run(pipeline)).toMatchObject({ status: "succeeded" });
    await expectSourceInLake(land);
  });
});

describeNamedCases(() => land);
