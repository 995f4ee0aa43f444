import { renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { dataset, delta, incremental, type Pipeline, table } from "@snowmelt/core/definition";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { columnValues } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { openDeltaTable, readSnapshot } from "@snowmelt/lake/delta";
import { eraseRows, restoreTable } from "@snowmelt/lake/maintain";
import { openFileStore } from "@snowmelt/lake/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BackfillOptions, type RunManifest, runBackfill } from "../src/index.ts";
import { freezeChild } from "./crash/start-child.ts";
import { lakeRows } from "./lake-rows.ts";
import { type Landscape, openLandscape } from "./landscape.ts";
import { manifestOf, runCommand } from "./must-hold/command-line.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

/** Ten rows a day from 2026-01-01 to 2026-01-10, numbered from 1; the cursor is the day. */
async function createReadings(name: string): Promise<void> {
  await land.sql(
    `CREATE OR REPLACE TABLE ${name} (ID NUMBER(10,0) NOT NULL, V NUMBER(10,0), AT TIMESTAMP_NTZ(6))`,
    `INSERT INTO ${name} SELECT SEQ4() + 1, SEQ4(), DATEADD('day', FLOOR(SEQ4() / 10), '2026-01-01'::TIMESTAMP_NTZ) FROM TABLE(GENERATOR(ROWCOUNT => 100))`,
  );
}

function readings(
  name: string,
  { cursor = "AT", onFail = "block" }: { readonly cursor?: "AT" | "ID"; readonly onFail?: "block" | "quarantine" } = {},
): Pipeline {
  const source = sourceTable({
    kind: "table",
    database: "AVIATION",
    schema: "PUBLIC",
    name,
    columns: [
      ["ID", "NUMBER(10,0) NOT NULL"],
      ["V", "NUMBER(10,0)"],
      ["AT", "TIMESTAMP_NTZ(6)"],
    ],
  });
  const sync =
    cursor === "ID"
      ? incremental({ cursor, deletes: "ignore" })
      : incremental({ cursor, lag: "0 seconds", zone: "UTC", deletes: "ignore" });
  const quality = [columnValues("V", ">=", 0, { onFail })];
  return land.pipeline({
    [name.toLowerCase()]: dataset({ source: table(source), key: ["ID"], sync, land: delta(), quality }),
  });
}

const backfill = (
  pipeline: Pipeline,
  options: Pick<BackfillOptions, "range"> & Partial<BackfillOptions>,
): Promise<RunManifest> =>
  runBackfill(pipeline, {
    environment: "local",
    secrets: land.secrets,
    stateRoot: join(land.directory, "state"),
    runsRoot: join(land.directory, "runs"),
    ...options,
  });

const outcomes = ({ datasets }: RunManifest): string[] =>
  datasets.map(({ slice, outcome, failure }) => `${slice?.number ?? "-"} ${failure?.code ?? outcome}`);

async function expectEqual(name: string): Promise<void> {
  const source = await land.rows(`SELECT ID::VARCHAR, V::VARCHAR FROM ${name} ORDER BY ID`);
  expect(await lakeRows(land.lake, `raw/${name.toLowerCase()}`, "ID::VARCHAR, V::VARCHAR", "ID")).toEqual(source);
}

const tableOf = async (name: string) => {
  const snapshot = await readSnapshot({ store: openFileStore(land.lake), path: `raw/${name.toLowerCase()}` });
  if (!snapshot) throw new Error(`there is no table of ${name}`);
  return snapshot;
};

const january = { lo: "2026-01-01", hi: "2026-01-11" };

describe("a backfill", () => {
  test("lands what a cursor had missed, slice by slice on lanes of their own, and leaves the live lane as it is", async () => {
    await createReadings("MISSED");
    const pipeline = readings("MISSED");
    await land.run(pipeline);
    // Late: the cursor lies in a window that has been read.
    await land.sql(
      "INSERT INTO MISSED VALUES (500, 1, '2026-01-05'::TIMESTAMP_NTZ)",
      "UPDATE MISSED SET V = 77 WHERE ID = 3",
    );
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "empty" }]);
    const before = await tableOf("MISSED");

    const manifest = await backfill(pipeline, { range: { ...january, every: "2 days" }, backfillId: "late" });
    expect(outcomes(manifest)).toEqual([1, 2, 3, 4, 5].map((number) => `${number} committed`));
    expect(manifest.datasets.map(({ counts: { inserted, updated } }) => [inserted, updated])).toEqual([
      [0, 20],
      [0, 20],
      [1, 20],
      [0, 20],
      [0, 20],
    ]);
    expect(new Set(manifest.datasets.map(({ snapshot }) => snapshot)).size).toBe(1);
    await expectEqual("MISSED");
    const { txns } = await tableOf("MISSED");
    const live = "snowmelt/local/p/missed/live";
    expect(txns.get(live)?.version).toBe(before.txns.get(live)?.version);
    expect(txns.get(`${live}#hi`)?.version).toBe(before.txns.get(`${live}#hi`)?.version);
    expect([...txns.keys()].filter((appId) => /\/backfill\/late\/\d+_\d+$/.test(appId))).toHaveLength(5);
  });

  test("that is repeated changes nothing, with its id given or not, the state kept or lost", async () => {
    await createReadings("TWICE");
    const pipeline = readings("TWICE");
    for (const options of [
      { range: { ...january, slices: 3 } },
      { range: { ...january, slices: 2 }, backfillId: "own" },
    ]) {
      await backfill(pipeline, options);
      const { version } = await tableOf("TWICE");
      const again = await backfill(pipeline, options);
      expect(again.status).toBe("succeeded");
      expect(again.datasets.every(({ outcome }) => outcome === "alreadyCommitted")).toBe(true);
      await rm(join(land.directory, "state"), { recursive: true });
      expect((await backfill(pipeline, options)).datasets.every(({ outcome }) => outcome === "alreadyCommitted")).toBe(
        true,
      );
      expect((await tableOf("TWICE")).version).toBe(version);
    }
    await expectEqual("TWICE");
    // Live runs begin at the beginning, having lanes of their own, and merge.
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", counts: { updated: 100 } }]);
    await expectEqual("TWICE");
  });

  test("whose slice fails lands the others, and repeated only that one", async () => {
    await createReadings("PARTLY");
    await land.sql("UPDATE PARTLY SET V = -1 WHERE ID = 35");
    const pipeline = readings("PARTLY", { cursor: "ID" });
    const options = { range: { lo: "1", hi: "100", slices: 5 }, backfillId: "partly" };
    expect(outcomes(await backfill(pipeline, options))).toEqual([
      "1 committed",
      "2 QUALITY_BLOCKED",
      "3 committed",
      "4 committed",
      "5 committed",
    ]);
    await land.sql("UPDATE PARTLY SET V = 1 WHERE ID = 35");
    expect(outcomes(await backfill(pipeline, options))).toEqual([
      "1 alreadyCommitted",
      "2 committed",
      "3 alreadyCommitted",
      "4 alreadyCommitted",
      "5 alreadyCommitted",
    ]);
    await expectEqual("PARTLY");
  });

  test("is asked for on the command line, has a line a slice, and a range that cannot be ends with 2", {
    timeout: 120_000,
  }, async () => {
    await createReadings("COMMANDED");
    const args = ["--backfill", "2026-01-01..2026-01-11", "--every", "5d"];
    const first = await runCommand(land, readings("COMMANDED"), { args });
    expect(first).toMatchObject({ code: 0, err: expect.stringContaining("commanded 2/2") });
    expect(first.out).toMatch(/commanded 1\/2 +committed +50 /);
    expect(first.out).toMatch(/commanded 2\/2 +committed +50 /);
    const again = await runCommand(land, readings("COMMANDED"), { args: [...args, "--json"] });
    expect(outcomes(manifestOf(again))).toEqual(["1 alreadyCommitted", "2 alreadyCommitted"]);
    const refused = await runCommand(land, readings("COMMANDED"), { args: ["--backfill", "1..5"] });
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("BACKFILL_REFUSED") });
    await expectEqual("COMMANDED");
  });

  test("without rows in a slice commits nothing for it", async () => {
    await createReadings("SPARSE");
    await land.sql("DELETE FROM SPARSE WHERE ID BETWEEN 11 AND 20");
    const manifest = await backfill(readings("SPARSE", { cursor: "ID" }), { range: { lo: "1", hi: "30", slices: 3 } });
    expect(outcomes(manifest)).toEqual(["1 committed", "2 empty", "3 committed"]);
  });
});

test("rows that a slice splits off are told from those of other lanes, also when the slice is repeated", async () => {
  await createReadings("SPLIT");
  await land.sql("UPDATE SPLIT SET V = -1 WHERE ID IN (5, 95)");
  const pipeline = readings("SPLIT", { onFail: "quarantine" });
  await land.run(pipeline);
  const splitOff = () =>
    lakeRows(land.lake, "quarantine/split", "regexp_extract(_snowmelt_lane, '[^/]+/[^/]+$'), _snowmelt_n, ID", "1, 3");
  const ofLive = [
    ["split/live", "1", "5"],
    ["split/live", "1", "95"],
  ];
  expect(await splitOff()).toEqual(ofLive);

  const options = { range: { lo: "2026-01-01", hi: "2026-01-06" }, backfillId: "b" };
  const log = join(land.lake, "raw/split/_delta_log");
  const failed = await backfill(pipeline, {
    ...options,
    onEvent(event) {
      if (event.kind === "stageStarted" && event.stage === "commit") renameSync(log, `${log}-away`);
    },
  });
  renameSync(`${log}-away`, log);
  expect(outcomes(failed)).toEqual(["1 COMMIT_LOST"]);
  const bounds = (await lakeRows(land.lake, "quarantine/split", "DISTINCT _snowmelt_lane", "1")).length;
  expect(bounds, "the quarantine is committed").toBe(2);
  const again = await backfill(pipeline, options);
  expect(again.datasets).toMatchObject([
    {
      outcome: "committed",
      counts: { quarantined: 1 },
      notices: [{ code: "WINDOW_REPEATED" }, { code: "ROWS_QUARANTINED" }],
    },
  ]);
  const rows = await splitOff();
  expect(rows).toHaveLength(3);
  expect(rows.filter(([lane]) => lane === "split/live")).toEqual(ofLive);
});

test("a slice that a restore has rolled back is landed anew by the same backfill, and one that it has kept is not", async () => {
  await createReadings("RESTORED");
  await land.sql("DELETE FROM RESTORED WHERE ID <= 100");
  await land.sql("INSERT INTO RESTORED VALUES (1000, 1, '2026-02-01'::TIMESTAMP_NTZ)");
  const pipeline = readings("RESTORED");
  await land.run(pipeline);
  await land.sql(
    "INSERT INTO RESTORED SELECT SEQ4() + 1, 1, DATEADD('day', SEQ4(), '2026-01-01'::TIMESTAMP_NTZ) FROM TABLE(GENERATOR(ROWCOUNT => 10))",
  );
  const options = { range: { ...january, slices: 2 }, backfillId: "b" };
  expect(outcomes(await backfill(pipeline, options))).toEqual(["1 committed", "2 committed"]);
  const { version } = await tableOf("RESTORED");
  const place = { store: openFileStore(land.lake), path: "raw/restored", clock: systemClock, random: systemRandom };
  expect(await restoreTable(openDeltaTable(place), { version: version - 1 })).toMatchObject({ status: "restored" });
  expect(outcomes(await backfill(pipeline, options))).toEqual(["1 alreadyCommitted", "2 committed"]);
  expect(outcomes(await backfill(pipeline, options))).toEqual(["1 alreadyCommitted", "2 alreadyCommitted"]);
  await expectEqual("RESTORED");
});

describe("a backfill is refused", () => {
  test("when its id was used with other bounds, by the state and by the table alone", async () => {
    await createReadings("BOUND");
    const pipeline = readings("BOUND");
    await backfill(pipeline, { range: { ...january, slices: 2 }, backfillId: "b" });
    const { version } = await tableOf("BOUND");
    const others = [
      { ...january, slices: 4 },
      { lo: "2026-01-02", hi: "2026-01-11", slices: 2 },
    ];
    for (const range of others)
      expect(outcomes(await backfill(pipeline, { range, backfillId: "b" }))).toEqual(["- BACKFILL_CHANGED"]);
    await rm(join(land.directory, "state"), { recursive: true });
    for (const range of others)
      expect(outcomes(await backfill(pipeline, { range, backfillId: "b" }))).toEqual(["- BACKFILL_CHANGED"]);
    expect((await tableOf("BOUND")).version).toBe(version);
    // Nothing of it has landed: what was written down before says so.
    await createReadings("UNBOUND");
    await land.sql("UPDATE UNBOUND SET V = -1");
    await backfill(readings("UNBOUND"), { range: { ...january, slices: 2 }, backfillId: "b" });
    expect(outcomes(await backfill(readings("UNBOUND"), { range: january, backfillId: "b" }))).toEqual([
      "- BACKFILL_CHANGED",
    ]);
  });

  test("when rows may still come into its range, and when there is no such dataset", async () => {
    await createReadings("AHEAD");
    const pipeline = readings("AHEAD");
    const ahead = await backfill(pipeline, { range: { lo: "2026-01-01", hi: "2999-01-01" } });
    expect(ahead.datasets[0]?.failure).toMatchObject({ code: "BACKFILL_REFUSED", category: "definition" });
    await expect(backfill(pipeline, { range: january, dataset: "nothing" })).rejects.toThrow("no dataset");
  });
});

describe("a slice and the live lane, of the same row", () => {
  const options = { backfillId: "b", range: { ...january, slices: 1 } };

  test("live first: a slice that was read before an update does not put the old value back", async () => {
    await createReadings("LIVE_FIRST");
    const pipeline = readings("LIVE_FIRST");
    await land.run(pipeline);
    const slice = await freezeChild(land, pipeline, {
      backfill: options,
      freezeAt: { kind: "stageStarted", stage: "commit" },
    });
    await land.sql(
      "UPDATE LIVE_FIRST SET V = 1000, AT = CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ WHERE ID IN (5, 95)",
    );
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", counts: { updated: 2 } }]);
    expect(await slice.wake()).toMatchObject({
      kind: "ended",
      datasets: [{ outcome: "committed", counts: { skippedAsOlder: 2, updated: 98 } }],
    });
    await expectEqual("LIVE_FIRST");
  });

  test("slice first: an update that the live lane brings later takes its place", async () => {
    await createReadings("SLICE_FIRST");
    const pipeline = readings("SLICE_FIRST");
    await land.run(pipeline);
    await land.sql(
      "UPDATE SLICE_FIRST SET V = 1000, AT = CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ WHERE ID IN (5, 95)",
    );
    const before = await freezeChild(land, pipeline, { freezeAt: { kind: "stageStarted", stage: "commit" } });
    expect(outcomes(await backfill(pipeline, options))).toEqual(["1 committed"]);
    expect(await before.wake()).toMatchObject({
      kind: "ended",
      datasets: [{ outcome: "committed", counts: { updated: 2 } }],
    });
    await expectEqual("SLICE_FIRST");
  });

  test("both insert a key that was not there: it is there once", async () => {
    await createReadings("BOTH");
    const pipeline = readings("BOTH");
    await land.run(pipeline);
    await land.sql("INSERT INTO BOTH VALUES (900, 1, '2026-01-03'::TIMESTAMP_NTZ)");
    const slice = await freezeChild(land, pipeline, {
      backfill: options,
      freezeAt: { kind: "stageStarted", stage: "commit" },
    });
    await land.sql(
      "UPDATE BOTH SET V = 2, AT = CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ WHERE ID = 900",
    );
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", counts: { inserted: 1 } }]);
    expect(await slice.wake()).toMatchObject({
      datasets: [{ outcome: "committed", counts: { inserted: 0, skippedAsOlder: 1 } }],
    });
    await expectEqual("BOTH");
  });
});

describe("a slice that was read before a refresh", () => {
  const options = { backfillId: "b", range: { ...january, slices: 1 } };

  test("does not bring back rows that were deleted since, when it is in flight and when it is repeated", async () => {
    await createReadings("DELETED");
    const pipeline = readings("DELETED");
    await land.run(pipeline);
    const slice = await freezeChild(land, pipeline, {
      backfill: options,
      freezeAt: { kind: "stageStarted", stage: "commit" },
    });
    await land.sql("DELETE FROM DELETED WHERE ID > 40");
    expect((await land.run(pipeline, { refresh: true })).datasets).toMatchObject([
      { outcome: "committed", counts: { deleted: 100, inserted: 40 } },
    ]);
    expect(await slice.wake()).toMatchObject({ datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }] });
    await expectEqual("DELETED");
    const again = await backfill(pipeline, options);
    expect(again.datasets).toMatchObject([{ outcome: "committed", counts: { extracted: 40, inserted: 0 } }]);
    await expectEqual("DELETED");
  });

  test("does not bring back rows that the table never had, though no file of the refresh may hold their keys", async () => {
    await createReadings("NEVER");
    await land.sql("DELETE FROM NEVER WHERE ID <= 50");
    const pipeline = readings("NEVER");
    await land.run(pipeline);
    await land.sql(
      "INSERT INTO NEVER SELECT SEQ4() + 1, 1, '2026-01-01'::TIMESTAMP_NTZ FROM TABLE(GENERATOR(ROWCOUNT => 10))",
    );
    const slice = await freezeChild(land, pipeline, {
      backfill: { backfillId: "b", range: { lo: "2026-01-01", hi: "2026-01-02", slices: 1 } },
      freezeAt: { kind: "stageStarted", stage: "commit" },
    });
    await land.sql("DELETE FROM NEVER WHERE ID <= 10");
    expect((await land.run(pipeline, { refresh: true })).status).toBe("succeeded");
    expect(await slice.wake()).toMatchObject({ datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }] });
    await expectEqual("NEVER");
  });
});

describe("a slice that was read before an erasure", () => {
  test("does not bring the row back, neither in flight nor when its result is still there", async () => {
    await createReadings("ERASED");
    const pipeline = readings("ERASED");
    await land.run(pipeline);
    const options = { backfillId: "b", range: { ...january, slices: 1 } };
    const slice = await freezeChild(land, pipeline, {
      backfill: options,
      freezeAt: { kind: "stageStarted", stage: "commit" },
    });
    await land.sql("DELETE FROM ERASED WHERE ID = 5");
    // Of a machine whose clock is an hour late: the moments alone would not tell.
    const clock = { ...systemClock, nowMs: () => systemClock.nowMs() - 3_600_000 };
    const place = { store: openFileStore(land.lake), path: "raw/erased", clock, random: systemRandom };
    expect(await eraseRows(openDeltaTable(place), { keys: [{ ID: 5 }] })).toMatchObject({ status: "erased", rows: 1 });
    expect(await slice.wake()).toMatchObject({ datasets: [{ outcome: "failed", failure: { code: "COMMIT_LOST" } }] });
    await expectEqual("ERASED");
    const again = await backfill(pipeline, options);
    expect(again.datasets).toMatchObject([{ outcome: "committed", counts: { extracted: 99, inserted: 0 } }]);
    await expectEqual("ERASED");
  });
});
