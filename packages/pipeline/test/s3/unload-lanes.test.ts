import type { Pipeline } from "@snowmelt/core/definition";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { openDeltaTable } from "@snowmelt/lake/delta";
import { compactTable } from "@snowmelt/lake/maintain";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type RunManifest, runBackfill } from "../../src/index.ts";
import { accountsPipeline, changeAccounts, createAccounts, expectSourceInLake } from "../crash/accounts.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { freezeChild, runChild } from "../crash/start-child.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";
import { copies } from "./copies.ts";

const options = { quarantines: false, route: "unload" } as const;
let land: S3Landscape;
let pipeline: Pipeline;
beforeAll(async () => {
  land = await openS3Landscape({ stage: true, snowflake: { unload: { timestampIsUtc: true, rowsPerThread: 500 } } });
  pipeline = accountsPipeline(land, options);
}, 240_000);
afterAll(() => land?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await emptyLake(land);
  await createAccounts(land, 2000);
  // Cursors of one day each, so that a range of the past has rows in every slice.
  await land.sql("UPDATE ACCOUNTS SET UPDATED_AT = DATEADD('day', MOD(ID, 4), '2026-01-01'::TIMESTAMP_NTZ)");
});

const backfillId = "january";
const range = { lo: "2026-01-01", hi: "2026-01-05", slices: 2 };

const backfill = (): Promise<RunManifest> =>
  runBackfill(pipeline, {
    environment: "local",
    secrets: land.secrets,
    stateRoot: `${land.directory}/state`,
    runsRoot: `${land.directory}/runs`,
    lake: land.access,
    backfillId,
    range: { lo: range.lo, hi: range.hi, slices: range.slices },
  });

/** What a cursor misses: changes with a time of the past, and rows that are gone. */
const changeThePast = (): Promise<void> =>
  land.sql(
    "UPDATE ACCOUNTS SET BALANCE = -0.5 + 1000 WHERE MOD(ID, 50) = 1",
    "INSERT INTO ACCOUNTS VALUES (900001, 5, 'late', '2026-01-02 12:00:00'::TIMESTAMP_NTZ)",
  );

const live = async () => (await land.run(pipeline)).datasets;

describe("a backfill by unloads", { timeout: 120_000 }, () => {
  test("lands what the cursor had missed, a COPY a slice, and leaves the live lane as it is", async () => {
    await live();
    await changeThePast();
    expect(await live()).toMatchObject([{ outcome: "empty" }]);
    const before = await copies(land);
    const { datasets } = await backfill();
    expect(datasets).toMatchObject([
      { outcome: "committed", route: "unload", purpose: "slice", counts: { inserted: 1, updated: 1000 } },
      { outcome: "committed", route: "unload", purpose: "slice", counts: { inserted: 0, updated: 1000 } },
    ]);
    expect(datasets.flatMap(({ checks }) => checks.filter(({ passed }) => !passed))).toEqual([]);
    expect(await copies(land)).toBe(before + range.slices);
    await expectSourceInLake(land, options);
    expect(await live()).toMatchObject([{ outcome: "empty" }]);
    expect((await backfill()).datasets).toMatchObject([
      { outcome: "alreadyCommitted" },
      { outcome: "alreadyCommitted" },
    ]);
  });

  test.each([
    { kind: "stageFinished", stage: "extract" },
    { kind: "stageFinished", stage: "merge" },
    { kind: "stageFinished", stage: "commit" },
  ])("that is killed at $kind of $stage goes on with the same COPY", async (killAt) => {
    await live();
    await changeThePast();
    const before = await copies(land);
    expect(await runChild(land, pipeline, { backfill: { backfillId, range }, killAt })).toEqual({ kind: "killed" });
    expect(await backfill()).toMatchObject({ status: "succeeded" });
    expect(await copies(land)).toBe(before + range.slices);
    await expectSourceInLake(land, options);
  });

  test("does not bring back what a refresh in between took away", async () => {
    await live();
    const slice = await freezeChild(land, pipeline, {
      backfill: { backfillId, range },
      freezeAt: { kind: "stageFinished", stage: "land" },
    });
    await land.sql("DELETE FROM ACCOUNTS WHERE MOD(ID, 4) < 2");
    expect(await land.run(pipeline, { refresh: true })).toMatchObject({ status: "succeeded" });
    await expectSourceInLake(land, options);
    expect(await slice.wake()).toMatchObject({ datasets: [{ failure: { code: "COMMIT_LOST" } }, {}] });
    expect(await backfill()).toMatchObject({ status: "succeeded" });
    await expectSourceInLake(land, options);
  });
});

describe("a refresh by an unload", { timeout: 120_000 }, () => {
  test("takes the place of all rows, and live unloads go on from its moment", async () => {
    await live();
    await land.sql("DELETE FROM ACCOUNTS WHERE ID < 100");
    await changeThePast();
    const [refreshed] = (await land.run(pipeline, { refresh: true })).datasets;
    expect(refreshed).toMatchObject({
      outcome: "committed",
      route: "unload",
      purpose: "refresh",
      counts: { extracted: 1901, inserted: 1901, deleted: 2000 },
    });
    expect(refreshed?.checks.filter(({ passed }) => !passed)).toEqual([]);
    await expectSourceInLake(land, options);
    await changeAccounts(land);
    expect(await live()).toMatchObject([{ outcome: "committed", route: "unload", laneVersion: 3 }]);
    await expectSourceInLake(land, options);
  });

  test.each([
    { kind: "stageFinished", stage: "extract" },
    { kind: "stageFinished", stage: "land" },
    { kind: "stageFinished", stage: "commit" },
  ])("that is killed at $kind of $stage is finished by the next refresh, with one COPY", async (killAt) => {
    await live();
    await land.sql("DELETE FROM ACCOUNTS WHERE ID < 100");
    const before = await copies(land);
    expect(await runChild(land, pipeline, { refresh: true, killAt })).toEqual({ kind: "killed" });
    expect(await land.run(pipeline, { refresh: true })).toMatchObject({ status: "succeeded" });
    expect(await copies(land)).toBe(before + 1);
    await expectSourceInLake(land, options);
  });
});

describe("an unload under way while another changes the table", { timeout: 120_000 }, () => {
  const freeze = (stage: string) =>
    freezeChild(land, pipeline, { state: "state-elsewhere", freezeAt: { kind: "stageStarted", stage } });
  const again = () => runChild(land, pipeline, { state: "state-elsewhere" });

  test.each(["extract", "verify", "commit"])(
    "by a refresh, at %s: it plans again, and nothing comes back",
    async (stage) => {
      await live();
      await changeAccounts(land);
      const frozen = await freeze(stage);
      await land.sql("DELETE FROM ACCOUNTS WHERE MOD(ID, 10) = 3");
      expect(await land.run(pipeline, { refresh: true })).toMatchObject({ status: "succeeded" });
      expect(await frozen.wake()).toMatchObject({
        datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }],
      });
      await expectSourceInLake(land, options);
      expect(await again()).toMatchObject({ kind: "ended" });
      await expectSourceInLake(land, options);
    },
  );

  test.each(["extract", "commit"])("by the same window, at %s: it lands once", async (stage) => {
    const frozen = await freeze(stage);
    expect(await live()).toMatchObject([{ outcome: "committed" }]);
    const woken = await frozen.wake();
    expect(woken).toMatchObject({ datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }] });
    await expectSourceInLake(land, options);
    await again();
    await expectSourceInLake(land, options);
  });

  test("by a compaction: it merges upon the new files", async () => {
    await live();
    await changeAccounts(land);
    const frozen = await freeze("commit");
    const table = openDeltaTable({ store: land.store, path: "raw/accounts", clock: systemClock, random: systemRandom });
    expect((await compactTable(table)).commits.length).toBeGreaterThan(0);
    expect(await frozen.wake()).toMatchObject({ datasets: [{ outcome: "committed", counts: { updated: 200 } }] });
    await expectSourceInLake(land, options);
  });

  test("by its schema: it plans again", async () => {
    await live();
    await changeAccounts(land);
    const frozen = await freeze("commit");
    const entry = "raw/accounts/_delta_log/00000000000000000001.json";
    const first = await land.store.get("raw/accounts/_delta_log/00000000000000000000.json");
    const metaData = new TextDecoder()
      .decode(first)
      .split("\n")
      .find((line) => line.startsWith('{"metaData"'));
    await land.store.put(entry, new TextEncoder().encode(`${metaData}\n`));
    expect(await frozen.wake()).toMatchObject({ datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }] });
    expect(await again()).toMatchObject({ datasets: [{ outcome: "committed" }] });
    await expectSourceInLake(land, options);
  });

  test("at the source: a definition that has changed asks anew, and no file of the old COPY is taken", async () => {
    await runChild(land, pipeline, { killAt: { kind: "stageFinished", stage: "extract" } });
    const before = await copies(land);
    const narrower = accountsPipeline(land, { ...options, maxFileBytes: 1_000_000 });
    const { datasets } = await land.run(narrower);
    expect(datasets).toMatchObject([{ outcome: "committed", route: "unload" }]);
    expect(await copies(land)).toBe(before + 1);
    await expectSourceInLake(land, options);
  });
});
