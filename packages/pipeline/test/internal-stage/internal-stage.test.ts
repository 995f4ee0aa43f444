import { readdir, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import flights from "../../../../pipelines/flights.ts";
import { planPipeline } from "../../src/index.ts";
import { allTypes, cellsOf, createAllTypes, partitionsOf } from "../all-types-table.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { describeNamedCases } from "../crash/named-cases.ts";
import { freezeChild, runChild } from "../crash/start-child.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { copies } from "../s3/copies.ts";
import { createStage } from "../s3-landscape.ts";
import { createInternalStage, cutInHalf, internalStage, overwrite, stagedFiles, tamper } from "./inside.ts";

const unquarantined = { quarantines: false };
let land: Landscape;
beforeAll(async () => {
  land = await openLandscape({ unload: { timestampIsUtc: true, rowsPerThread: 500 } }, { stage: internalStage });
}, 120_000);
afterAll(() => land?.[Symbol.asyncDispose]());
afterEach(() => land.server.admin.clearFaults());
beforeEach(async () => {
  await emptyLake(land);
  await createInternalStage(land);
  await createAccounts(land, 3000);
});

const dataFiles = async (): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of land.store.list("raw/accounts/data/")) keys.push(key);
  return keys;
};

describe("a lake with an internal stage", { timeout: 120_000 }, () => {
  test("is landed in by it, and the plan says so and what passes through", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    const { datasets: planned } = await planPipeline(pipeline, { environment: "local", secrets: land.secrets });
    expect(planned).toMatchObject([
      {
        route: "unload",
        routeReason: expect.stringMatching(
          /^Snowflake writes into its internal stage AVIATION\.PUBLIC\.INSIDE; the files' bytes pass through this process .* takes [\d.]+ kB there\)$/,
        ),
        sql: expect.stringContaining(`COPY INTO '@"AVIATION"."PUBLIC"."INSIDE"/raw/accounts/data/run=`),
      },
    ]);
    const first = await land.run(pipeline);
    expect(first.datasets).toMatchObject([
      { outcome: "committed", route: "unload", failure: null, counts: { extracted: 3000, inserted: 3000 } },
    ]);
    expect(first.datasets[0]?.files.length).toBeGreaterThan(1);
    expect(await dataFiles()).toEqual(first.datasets[0]?.files.map(({ path }) => `raw/accounts/${path}`).toSorted());
    await expectSourceInLake(land, unquarantined);
    expect(await stagedFiles(land)).toEqual([]);

    await changeAccounts(land);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "committed", route: "unload", counts: { inserted: 55, updated: 300 } },
    ]);
    await expectSourceInLake(land, unquarantined);
    expect(await stagedFiles(land)).toEqual([]);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "empty" }]);
  });

  test("is refused by name where the stage is another's bucket, which no folder is in", async () => {
    await createStage(land, "s3://elsewhere/lake/", "INSIDE");
    const { datasets } = await land.run(accountsPipeline(land, unquarantined));
    expect(datasets).toMatchObject([
      {
        outcome: "failed",
        failure: { code: "STAGE_MISMATCH", message: expect.stringMatching(/s3:\/\/elsewhere\/lake\/.*file:\/\//) },
      },
    ]);
  });

  test("takes every type as a stream does, value for value", async () => {
    const source = await createAllTypes(land);
    const keep = { nanos: "keep", offset: "keep" } as const;
    const { datasets } = await land.run(
      land.pipeline({ streamed: allTypes(source, "stream", keep), unloaded: allTypes(source, "unload", keep) }),
    );
    expect(datasets).toMatchObject([
      { outcome: "committed", route: "stream" },
      { outcome: "committed", route: "unload" },
    ]);
    expect(await cellsOf(land, "raw/unloaded")).toEqual(await cellsOf(land, "raw/streamed"));
    const months = (path: string) => partitionsOf(land, path, "D_month");
    expect(new Set(await months("raw/unloaded"))).toEqual(new Set(await months("raw/streamed")));
  });

  test("takes flights as a stream does", async () => {
    await land.sql(
      "CREATE OR REPLACE TABLE FLIGHTS (FLIGHT_ID NUMBER(38,0) NOT NULL, DATE TIMESTAMP_NTZ(6) NOT NULL, DELAY NUMBER(10,0), DISTANCE NUMBER(10,0), ORIGIN VARCHAR(3), DESTINATION VARCHAR(3), UPDATED_AT TIMESTAMP_NTZ(6) NOT NULL)",
      "INSERT INTO FLIGHTS SELECT SEQ4(), DATEADD('minute', SEQ4() * 37, '2001-01-01'::TIMESTAMP_NTZ), MOD(SEQ4(), 90) - 15, 100 + MOD(SEQ4(), 2000), IFF(MOD(SEQ4(), 2) = 0, 'ATL', 'SFO'), 'ORD', DATEADD('minute', SEQ4() * 37 + 120, '2001-01-01'::TIMESTAMP_NTZ) FROM TABLE(GENERATOR(ROWCOUNT => 5000))",
    );
    const { flights: dataset } = flights.datasets;
    if (!dataset) throw new Error("no flights");
    const by = (route: "stream" | "unload") => ({ ...dataset, extract: { ...dataset.extract, route } });
    const { datasets } = await land.run(land.pipeline({ streamed: by("stream"), unloaded: by("unload") }));
    expect(datasets).toMatchObject([
      { outcome: "committed", route: "stream", counts: { inserted: 5000 } },
      { outcome: "committed", route: "unload", counts: { inserted: 5000 } },
    ]);
    const cells = await cellsOf(land, "raw/unloaded", "FLIGHT_ID");
    expect(cells).toHaveLength(5000);
    expect(cells).toEqual(await cellsOf(land, "raw/streamed", "FLIGHT_ID"));
  });
});

describe("a move out of the stage that is killed", { timeout: 120_000 }, () => {
  const boundaries = [
    { kind: "stageFinished", stage: "extract" },
    { kind: "progress", stage: "land" },
    { kind: "stageFinished", stage: "land" },
    { kind: "stageStarted", stage: "commit" },
    { kind: "stageFinished", stage: "commit" },
  ];

  test.each(boundaries)("at $kind of $stage goes on, with one query and no file twice", async (killAt) => {
    // Many more files than are moved at a time, so that a kill behind the first finds some that were not begun.
    await createAccounts(land, 40_000);
    const pipeline = accountsPipeline(land, { ...unquarantined, maxFileBytes: 20_000 });
    const before = await copies(land);
    expect(await runChild(land, pipeline, { killAt })).toEqual({ kind: "killed" });
    const staged = await stagedFiles(land);
    const moved = await dataFiles();
    expect(staged.length).toBeGreaterThan(12);
    if (killAt.kind === "progress") expect(moved.length).toBeLessThan(staged.length);
    expect(await land.run(pipeline)).toMatchObject({ status: "succeeded" });
    expect(await copies(land)).toBe(before + 1);
    expect((await dataFiles()).length).toBe(staged.length);
    expect(await stagedFiles(land)).toEqual([]);
    await expectSourceInLake(land, unquarantined);
    const [, unloadId = ""] = /\/run=([\w-]+)\//.exec(staged[0] ?? "") ?? [];
    const onTheirWay = (await readdir(join(tmpdir(), "snowmelt"))).filter((name) => name.includes(unloadId));
    expect(unloadId).not.toBe("");
    expect(onTheirWay, "what the killed process had fetched").toEqual([]);
  });
});

test.each([
  { kind: "stageFinished", stage: "extract" },
  { kind: "progress", stage: "land" },
  { kind: "stageStarted", stage: "commit" },
])(
  "a move that sleeps at $kind of $stage until another has taken it over doubles nothing",
  {
    timeout: 120_000,
  },
  async (freezeAt) => {
    const pipeline = accountsPipeline(land, unquarantined);
    const before = await copies(land);
    const sleeper = await freezeChild(land, pipeline, { freezeAt });
    // As if its lease had run out.
    await rm(join(land.directory, "state", "leases"), { recursive: true });
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
    const committed = await dataFiles();
    const woken = await sleeper.wake();
    if (woken.kind !== "ended") throw new Error("the sleeper was killed");
    expect(woken.datasets.map(({ outcome }) => outcome)).not.toContain("committed");
    expect(await land.run(pipeline)).toMatchObject({ status: "succeeded" });
    expect(await copies(land)).toBe(before + 1);
    expect(await dataFiles()).toEqual(committed);
    expect(await stagedFiles(land)).toEqual([]);
    await expectSourceInLake(land, unquarantined);
  },
);

describeNamedCases(() => land, unquarantined);

describe("a staged file that is not as it was told", { timeout: 120_000 }, () => {
  test.each([
    ["is missing", unlink, { code: "RESULT_MISMATCH", message: /was announced with \d+ bytes; none came/ }],
    ["is cut off", cutInHalf, { code: "RESULT_MISMATCH", message: /was announced with \d+ bytes; \d+ came/ }],
    ["is another of the same length", overwrite, { code: "PARQUET_CORRUPT", message: /raw\/accounts\/data\/run=/ }],
  ])("%s: nothing is visible, and the next run unloads anew", async (_, change, { code, message }) => {
    const pipeline = accountsPipeline(land, unquarantined);
    const before = await copies(land);
    await runChild(land, pipeline, { killAt: { kind: "stageFinished", stage: "extract" } });
    await tamper(land, change);
    const { datasets } = await land.run(pipeline);
    expect(datasets).toMatchObject([
      {
        outcome: "failed",
        deltaVersion: null,
        failure: { code, stage: "land", message: expect.stringMatching(message) },
      },
    ]);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
    expect(await copies(land)).toBe(before + 2);
    expect(await stagedFiles(land)).toEqual([]);
    await expectSourceInLake(land, unquarantined);
  });
});

describe("a role", { timeout: 120_000 }, () => {
  const refused = {
    kind: "statementFails",
    code: "003001",
    sqlState: "42501",
    message: "SQL access control error: Insufficient privileges to operate on stage 'INSIDE'",
    times: "always",
  } as const;

  test("that may not read the stage fails by name; once it may, the same files are moved", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    const before = await copies(land);
    await land.server.admin.setFaults([{ ...refused, begins: "GET" }]);
    const { datasets } = await land.run(pipeline);
    expect(datasets).toMatchObject([
      {
        outcome: "failed",
        failure: {
          code: "NOT_AUTHORIZED",
          category: "credentials",
          stage: "land",
          message: expect.stringContaining("INSIDE"),
        },
      },
    ]);
    expect(await dataFiles()).toEqual([]);
    await land.server.admin.clearFaults();
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
    expect(await copies(land)).toBe(before + 1);
    await expectSourceInLake(land, unquarantined);
  });

  test("that may not write to the stage fails by name, and lands once it may", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    await land.server.admin.setFaults([{ ...refused, begins: "COPY" }]);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "failed", failure: { stage: "extract", message: expect.stringContaining("Insufficient privileges") } },
    ]);
    await land.server.admin.clearFaults();
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
    await expectSourceInLake(land, unquarantined);
  });

  test("that may not read the source fails by name, and lands once it may", async () => {
    const pipeline = accountsPipeline(land, { ...unquarantined, route: "stream" });
    const { datasets: planned } = await planPipeline(pipeline, { environment: "local", secrets: land.secrets });
    const sql = planned[0]?.status === "planned" ? planned[0].sql : "";
    await land.server.admin.setFaults([{ ...refused, begins: sql.slice(0, sql.indexOf(",")) }]);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "failed", failure: { code: "NOT_AUTHORIZED", stage: "extract" } },
    ]);
    await land.server.admin.clearFaults();
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "stream" }]);
    await expectSourceInLake(land, unquarantined);
  });

  test("that may not remove from the stage lands all the same, and a later run removes", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    await land.server.admin.setFaults([{ ...refused, begins: "REMOVE" }]);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed" }]);
    expect((await stagedFiles(land)).length).toBeGreaterThan(0);
    await land.server.admin.clearFaults();
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "empty" }]);
    expect(await stagedFiles(land)).toEqual([]);
  });
});

describe("an unload into the stage that is given up", { timeout: 120_000 }, () => {
  test("half way leaves nothing there once the window has landed", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    await land.server.admin.setFaults([{ kind: "unloadFails", afterFiles: 1, times: 1 }]);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "failed", failure: { stage: "extract" } }]);
    expect((await stagedFiles(land)).length).toBeGreaterThan(0);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
    expect(await stagedFiles(land)).toEqual([]);
    await expectSourceInLake(land, unquarantined);
  });

  test("for its rows leaves nothing, in the stage or in the lake", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    await land.sql("UPDATE ACCOUNTS SET BALANCE = -1 WHERE ID = 7");
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "failed", failure: { code: "QUALITY_BLOCKED" } },
    ]);
    expect(await dataFiles()).toEqual([]);
    expect(await stagedFiles(land)).toEqual([]);
  });

  test("because the stage is gone by then stops no run", async () => {
    const pipeline = accountsPipeline(land, unquarantined);
    await runChild(land, pipeline, { killAt: { kind: "stageFinished", stage: "extract" } });
    await land.sql(`DROP STAGE ${internalStage}`);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "failed", failure: { code: "OBJECT_NOT_FOUND", message: expect.stringContaining("INSIDE") } },
    ]);
    const streamed = accountsPipeline(land, { ...unquarantined, route: "stream" });
    expect((await land.run(streamed)).datasets).toMatchObject([{ outcome: "committed", route: "stream" }]);
    await expectSourceInLake(land, unquarantined);
    await createInternalStage(land);
    await changeAccounts(land);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
    await expectSourceInLake(land, unquarantined);
  });
});
