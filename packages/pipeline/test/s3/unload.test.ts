import type { Pipeline } from "@snowmelt/core/definition";
import { readSnapshot } from "@snowmelt/lake/delta";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { planPipeline, type RunManifest } from "../../src/index.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { describeNamedCases } from "../crash/named-cases.ts";
import { runChild } from "../crash/start-child.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";
import { copies } from "./copies.ts";

const unquarantined = { quarantines: false };
let land: S3Landscape;
beforeAll(async () => {
  land = await openS3Landscape({ stage: true, snowflake: { unload: { timestampIsUtc: true, rowsPerThread: 1000 } } });
}, 240_000);
afterAll(() => land?.[Symbol.asyncDispose]());
afterEach(() => land.server.admin.clearFaults());
beforeEach(async () => {
  await emptyLake(land);
  await createAccounts(land, 3000);
});

describe("the unload route", { timeout: 120_000 }, () => {
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

describe("an unload that is taken over", { timeout: 120_000 }, () => {
  const boundaries = [
    { kind: "stageStarted", stage: "extract" },
    { kind: "stageFinished", stage: "extract" },
    { kind: "stageFinished", stage: "land" },
    { kind: "stageFinished", stage: "merge" },
    { kind: "stageStarted", stage: "commit" },
    { kind: "stageFinished", stage: "commit" },
  ];

  test.each(boundaries)("after a kill at $kind of $stage is finished by the next run", async (killAt) => {
    const pipeline = accountsPipeline(land, unquarantined);
    const isOfMerge = killAt.stage === "merge";
    if (!isOfMerge) {
      expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
      expect(await land.run(pipeline)).toMatchObject({ status: "succeeded" });
      await expectSourceInLake(land, unquarantined);
    } else await land.run(pipeline);
    await changeAccounts(land);
    expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
    expect(await land.run(pipeline)).toMatchObject({ status: "succeeded" });
    await expectSourceInLake(land, unquarantined);
  });

  test("in the middle of its query is waited for, and no second one is sent", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    const before = await copies(land);
    await land.server.admin.setFaults([{ kind: "unloadSlow", latencyMs: 4000, times: 1 }]);
    await runChild(land, pipeline, { killAt: { kind: "progress", stage: "extract" } });
    const { datasets } = await land.run(pipeline);
    expect(datasets).toMatchObject([
      { outcome: "committed", route: "unload", notices: [{ code: "WINDOW_REPEATED" }, {}] },
    ]);
    expect(await copies(land)).toBe(before + 1);
    await expectSourceInLake(land, unquarantined);
  });
});

describe("an unload that finished before its run was stopped", { timeout: 120_000 }, () => {
  const stopped = async (pipeline: Pipeline, stage: string): Promise<RunManifest> => {
    const stop = new AbortController();
    return land.run(pipeline, {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === "stageStarted" && event.stage === stage) stop.abort();
      },
    });
  };

  test.each(["land", "verify", "commit"])(
    "at %s is taken by the next run, however often that is stopped too",
    async (stage) => {
      const pipeline = accountsPipeline(land, unquarantined);
      await land.run(pipeline);
      await changeAccounts(land);
      const before = await copies(land);
      for (let time = 0; time < 3; time++) {
        expect(await stopped(pipeline, stage)).toMatchObject({
          status: "failed",
          datasets: [{ outcome: "failed", route: "unload", failure: { code: "ABORTED" } }],
        });
      }
      expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
      expect(await copies(land)).toBe(before + 1);
      await expectSourceInLake(land, unquarantined);
      const snapshot = await readSnapshot({ store: land.store, path: "raw/accounts" });
      const kept: string[] = [];
      for await (const { key } of land.store.list("raw/accounts/data/")) kept.push(key);
      const first = await readSnapshot({ store: land.store, path: "raw/accounts" }, { version: 0 });
      const named = [...(first?.files.keys() ?? []), ...(snapshot?.files.keys() ?? [])].map(
        (key) => `raw/accounts/${key}`,
      );
      expect(kept, "files of given-up tries are gone").toEqual([...new Set(named)].toSorted());
    },
  );
});

describeNamedCases(() => land, unquarantined);

describe("an unload that goes wrong", { timeout: 120_000 }, () => {
  const files = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of land.store.list("raw/accounts/data/")) keys.push(key);
    return keys;
  };

  test("half way leaves files that nothing names, and that are gone once the window has landed", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    await land.server.admin.setFaults([{ kind: "unloadFails", afterFiles: 1, times: 1 }]);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "failed", route: "unload", failure: { code: "STATEMENT_FAILED", stage: "extract" } },
    ]);
    const orphans = await files();
    expect(orphans.length).toBeGreaterThan(0);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
    const left = await files();
    expect(left.filter((key) => orphans.includes(key))).toEqual([]);
    await expectSourceInLake(land, unquarantined);
  });

  test.each(["unloadFileLost", "unloadRowCountWrong"] as const)("is not committed after %s", async (kind) => {
    const pipeline = accountsPipeline(land, unquarantined);
    await land.server.admin.setFaults([{ kind, times: 1 }]);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "failed", deltaVersion: null }]);
    expect((await land.run(pipeline)).status).toBe("succeeded");
    await expectSourceInLake(land, unquarantined);
  });
});
