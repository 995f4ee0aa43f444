import { dataset, delta, full, table } from "@snowmelt/core/definition";
import { sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { planPipeline } from "../../src/index.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { freezeChild, runChild } from "../crash/start-child.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { createRegions, expectSourceInTable, readNewest, regionsPipeline } from "./regions.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape({ results: { inlineRows: 100, firstChunkBytes: 2000, maxChunkBytes: 20_000 } });
});
afterAll(() => land[Symbol.asyncDispose]());
beforeEach(async () => {
  await emptyLake(land);
  await createRegions(land, 300);
});

const attempts = async (): Promise<string[]> => {
  const found = new Set<string>();
  for await (const { key } of land.store.list("raw/regions/data/")) found.add(/run=([^/]+)/.exec(key)?.[1] ?? key);
  return [...found];
};

describe("a dataset that lands as plain Parquet", () => {
  test("is landed whole, then left, then replaced, and equals the source each time", async () => {
    const pipeline = regionsPipeline(land);
    const first = await land.run(pipeline);
    expect(first.datasets).toMatchObject([
      {
        outcome: "committed",
        deltaVersion: 0,
        laneVersion: 1,
        failure: null,
        counts: { extracted: 300, inserted: 300, deleted: 0, rowsAfter: 300 },
        notices: [{ code: "MANIFEST_GUARANTEE" }],
      },
    ]);
    expect(first.datasets[0]?.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(first.datasets[0]?.checks.length).toBeGreaterThan(10);
    await expectSourceInTable(land);
    const attemptId = first.datasets[0]?.attemptId;
    expect(await readNewest(land)).toMatchObject({
      version: 0,
      rowCount: 300,
      guarantee: { name: "manifest" },
      info: { attemptId, definitionHash: first.definitionHash, window: null, runId: first.runId },
    });

    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "unchanged", deltaVersion: 0 }]);

    await land.sql("DELETE FROM REGIONS WHERE STATE = 'VT'", "UPDATE REGIONS SET AMOUNT = -1 WHERE ID = 3");
    expect((await land.run(pipeline)).datasets).toMatchObject([
      {
        outcome: "committed",
        deltaVersion: 1,
        laneVersion: 2,
        counts: { inserted: 200, deleted: 300, rowsAfter: 200 },
      },
    ]);
    await expectSourceInTable(land);
    expect(await attempts(), "files of the version before stay for its readers").toHaveLength(2);
  });

  test("is planned with its weaker guarantee named", async () => {
    const { environment, secrets, stateRoot } = {
      environment: "local",
      secrets: land.secrets,
      stateRoot: `${land.directory}/state`,
    };
    const plan = await planPipeline(regionsPipeline(land), { environment, secrets, stateRoot });
    expect(plan.datasets).toMatchObject([
      {
        status: "planned",
        write: "create",
        notices: [{ code: "MANIFEST_GUARANTEE", message: expect.stringContaining("delta()") }],
      },
    ]);
    expect(await readNewest(land)).toBeUndefined();
  });

  test("shows nothing of a run whose rule fails, and sweeps what it wrote", async () => {
    expect((await land.run(regionsPipeline(land, { least: 600 }))).datasets).toMatchObject([
      { outcome: "failed", failure: { code: "QUALITY_BLOCKED" } },
    ]);
    expect(await readNewest(land)).toBeUndefined();
    expect(await attempts()).toEqual([]);
  });

  test("is not mixed with a table that landed there by delta()", async () => {
    const source = sourceTable({
      kind: "table",
      database: "AVIATION",
      schema: "PUBLIC",
      name: "REGIONS",
      columns: [["ID", "NUMBER(38,0) NOT NULL"]],
    });
    const byDelta = land.pipeline({
      regions: dataset({ source: table(source), sync: full(), land: delta(), onSchemaChange: "freeze" }),
    });
    await land.run(regionsPipeline(land));
    expect((await land.run(byDelta)).datasets).toMatchObject([
      { outcome: "failed", failure: { code: "SCHEMA_MISMATCH" } },
    ]);
    await emptyLake(land);
    expect((await land.run(byDelta)).datasets).toMatchObject([{ outcome: "committed" }]);
    expect((await land.run(regionsPipeline(land))).datasets).toMatchObject([
      {
        outcome: "failed",
        failure: { code: "SCHEMA_MISMATCH", message: expect.stringContaining("landed by delta()") },
      },
    ]);
  });
});

describe("a run of plain Parquet that is killed", () => {
  const boundaries = ["land", "commit"].flatMap((stage) => [
    { kind: "stageStarted", stage },
    { kind: "stageFinished", stage },
  ]);
  test.each(boundaries)(
    "at $kind of $stage leaves a table that the next run makes equal to the source, once",
    async (killAt) => {
      const pipeline = regionsPipeline(land);
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      const { status, datasets } = await land.run(pipeline);
      expect(status).toBe("succeeded");
      const isDone = killAt.kind === "stageFinished" && killAt.stage === "commit";
      expect(datasets[0]?.outcome).toBe(isDone ? "alreadyCommitted" : "committed");
      await expectSourceInTable(land);
      expect((await readNewest(land))?.version).toBe(0);
      expect(await attempts()).toHaveLength(1);
    },
    120_000,
  );

  test("after its commit, its state lost, does not land the same again", async () => {
    const pipeline = regionsPipeline(land);
    await runChild(land, pipeline, { killAt: { kind: "stageFinished", stage: "commit" }, state: "lost-state" });
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "unchanged", laneVersion: 1 }]);
    await expectSourceInTable(land);
  });

  test("or frozen before its commit finds the window landed, and adds nothing", async () => {
    const pipeline = regionsPipeline(land);
    const freezeAt = { kind: "stageStarted", stage: "commit" };
    const frozen = await freezeChild(land, pipeline, { freezeAt, state: "other-state" });
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", laneVersion: 1 }]);
    const woken = await frozen.wake();
    expect(woken).toMatchObject({ datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }] });
    await expectSourceInTable(land);
    expect((await readNewest(land))?.version).toBe(0);
  });
});
