import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { planPipeline } from "../../src/index.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";

const unquarantined = { quarantines: false };
let land: S3Landscape;
beforeAll(async () => {
  land = await openS3Landscape({ stage: true });
}, 240_000);
afterAll(() => land?.[Symbol.asyncDispose]());
afterEach(() => land.server.admin.clearFaults());
beforeEach(async () => {
  await emptyLake(land);
  await createAccounts(land, 3000);
});

describe("the unload route", () => {
  test("is chosen where the lake has a stage, and lands what a stream lands", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    const { datasets: planned } = await planPipeline(pipeline, {
      environment: "local",
      secrets: land.secrets,
      lake: land.access,
    });
    expect(planned).toMatchObject([
      {
        route: "unload",
        routeReason: "Snowflake writes through stage AVIATION.PUBLIC.LAKE straight into the lake",
        sql: expect.stringContaining("COPY INTO"),
      },
    ]);
    const first = await land.run(pipeline);
    expect(first.datasets).toMatchObject([
      {
        outcome: "committed",
        route: "unload",
        counts: { extracted: 3000, inserted: 3000 },
        notices: [{ code: "SUMS_NOT_COMPARED" }],
      },
    ]);
    expect(first.datasets[0]?.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(first.datasets[0]?.files.every(({ sha256 }) => sha256 === null)).toBe(true);
    await expectSourceInLake(land, unquarantined);

    await changeAccounts(land);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "committed", route: "unload", counts: { inserted: 55, updated: 300 } },
    ]);
    await expectSourceInLake(land, unquarantined);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "empty" }]);
  });
});
