import { dataset, delta, incremental, integer, month, table } from "@snowmelt/core/definition";
import { columnValues, isUnique } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { readSnapshot } from "@snowmelt/lake/delta";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lakeRows } from "../lake-rows.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { type Driver, openDriver } from "./drive.ts";

let land: Landscape;
let driver: Driver;
beforeAll(async () => {
  land = await openLandscape();
  driver = await openDriver(land);
});
afterAll(() => land[Symbol.asyncDispose]());

const TRIPS = (name: string) =>
  sourceTable({
    kind: "table",
    database: "AVIATION",
    schema: "PUBLIC",
    name,
    columns: [
      ["ID", "NUMBER(38,0) NOT NULL"],
      ["PRICE", "NUMBER(10,2)"],
      ["NOTE", "VARCHAR(100)"],
      ["RATE", "FLOAT"],
      ["UPDATED_AT", "TIMESTAMP_NTZ(6)"],
    ],
  });

const now = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ";

async function createTrips(name: string, rows: number): Promise<void> {
  await land.sql(
    `CREATE OR REPLACE TABLE ${name} (ID NUMBER(38,0) NOT NULL, PRICE NUMBER(10,2), NOTE VARCHAR(100), RATE FLOAT, UPDATED_AT TIMESTAMP_NTZ(6))`,
    `INSERT INTO ${name} SELECT SEQ4(), SEQ4() * 1.25, IFF(MOD(SEQ4(), 7) = 0, NULL, 'note ' || SEQ4()), SEQ4() / 3, ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
}

type Quality = Parameters<typeof dataset<"ID" | "PRICE" | "NOTE" | "RATE" | "UPDATED_AT">>[0]["quality"];

const trips = (source: string, quality: Quality = []) =>
  dataset({
    source: table(TRIPS(source)),
    key: ["ID"],
    sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
    columns: { ID: integer() },
    extract: { batchRows: 1_000 },
    land: delta({ partitionBy: [month("UPDATED_AT")] }),
    verify: "full",
    quality,
  });

const everything = "ID::VARCHAR, PRICE::VARCHAR, NOTE, RATE::VARCHAR, UPDATED_AT::VARCHAR";
const rowsOf = (name: string) => lakeRows(land.lake, `raw/${name}`, everything, "ID");
const pieces = { maxRows: 3_500 };

describe("a table that lands through calls with nothing in common", () => {
  test("is the same as by one process, row for row, and so is what is told of it", async () => {
    await createTrips("TRIPS", 20_000);
    const quality: Quality = [isUnique("NOTE", { onFail: "warn" }), columnValues("RATE", ">=", 10, { onFail: "warn" })];
    const pipeline = land.pipeline({ pieced: trips("TRIPS", quality), whole: trips("TRIPS", quality) });
    const { datasets } = await land.run(pipeline, { datasets: ["whole"] });
    const { entry, replies, failure } = await driver.drive(pipeline, { dataset: "pieced" }, { pieces });
    expect(failure).toBeUndefined();
    expect(replies.filter(({ reply }) => reply.kind === "yielded").length).toBeGreaterThanOrEqual(5);
    expect(await rowsOf("pieced")).toEqual(await rowsOf("whole"));
    const [whole] = datasets;
    if (!whole || !entry) throw new Error("both were to land");
    expect(entry.failure).toBeNull();
    for (const same of [
      "outcome",
      "counts",
      "rules",
      "columns",
      "guarantee",
      "route",
      "laneVersion",
      "deltaVersion",
    ] as const)
      expect(entry[same], same).toEqual(whole[same]);
    const names = (checks: typeof entry.checks) => new Set(checks.map(({ name }) => name.split(":")[0]));
    expect(names(entry.checks)).toEqual(names(whole.checks));
    expect(entry.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(entry.checks.some(({ name }) => name.startsWith("digest of"))).toBe(true);
    expect(entry.files.reduce((sum, { rows }) => sum + rows, 0)).toBe(20_000);
    expect(entry.stages.map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(["plan", "extract", "land", "verify", "check", "commit"]),
    );
  });

  test("lands nothing more, and then just what changed, merged", async () => {
    await createTrips("CHANGING", 4_000);
    const pipeline = land.pipeline({ changing: trips("CHANGING") });
    expect((await driver.drive(pipeline, { dataset: "changing" }, { pieces })).entry).toMatchObject({
      outcome: "committed",
    });
    const again = await driver.drive(pipeline, { dataset: "changing" });
    expect(again.entry).toMatchObject({ outcome: "empty", deltaVersion: 0 });
    expect(again.results.land).toBeUndefined();
    await land.sql(
      `UPDATE CHANGING SET PRICE = PRICE + 1, UPDATED_AT = ${now} WHERE MOD(ID, 4) = 0`,
      `INSERT INTO CHANGING SELECT 4000 + SEQ4(), 1, NULL, 0.5, ${now} FROM TABLE(GENERATOR(ROWCOUNT => 9))`,
    );
    const third = await driver.drive(pipeline, { dataset: "changing" }, { pieces: { maxRows: 1 } });
    expect(third.failure).toBeUndefined();
    expect(third.entry).toMatchObject({ counts: { extracted: 1009, inserted: 9, updated: 1000, rowsAfter: 4009 } });
    expect(third.entry?.stages.map(({ stage }) => stage)).toContain("merge");
    const source = await land.rows("SELECT TO_VARCHAR(ID), TO_VARCHAR(PRICE), NOTE FROM CHANGING ORDER BY ID");
    expect(await lakeRows(land.lake, "raw/changing", "ID::VARCHAR, PRICE::VARCHAR, NOTE", "ID")).toEqual(source);
  });
});

describe("a stage that is called again", () => {
  test("under its key does nothing a second time", async () => {
    await createTrips("TWICE", 3_000);
    const pipeline = land.pipeline({ twice: trips("TWICE") });
    const { entry, replies } = await driver.drive(
      pipeline,
      { dataset: "twice" },
      { pieces: { maxRows: 1_000 }, mischief: { repeats: 3 } },
    );
    expect(entry).toMatchObject({ outcome: "committed", deltaVersion: 0, counts: { inserted: 3_000 } });
    expect(replies.filter(({ stage }) => stage === "land")).toHaveLength(4);
    expect(await rowsOf("twice")).toHaveLength(3_000);
    const asked = await land.rows(
      `SELECT COUNT(*) FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE QUERY_TAG LIKE 'snowmelt snowmelt/local/p/twice/live %'`,
    );
    expect(asked).toEqual([["1"]]);
  });

  test("under another key, as nobody heard of its end, lands every row once", async () => {
    await createTrips("LOST", 3_000);
    const pipeline = land.pipeline({ lost: trips("LOST") });
    const { entry, failure } = await driver.drive(
      pipeline,
      { dataset: "lost" },
      { pieces: { maxRows: 1_000 }, mischief: { isLost: (_, calls) => calls === 1 || calls === 3 } },
    );
    expect(failure).toBeUndefined();
    expect(entry).toMatchObject({ outcome: "committed", deltaVersion: 0, counts: { inserted: 3_000 } });
    const snapshot = await readSnapshot({ store: land.store, path: "raw/lost" });
    expect(snapshot?.version).toBe(0);
    expect(await rowsOf("lost")).toHaveLength(3_000);
    const named = new Set([...(snapshot?.files.keys() ?? [])].map((path) => `raw/lost/${path}`));
    const there: string[] = [];
    for await (const { key } of land.store.list("raw/lost/data/")) there.push(key);
    expect(new Set(there), "orphans are gone once the window is settled").toEqual(named);
  });
});

describe("a landing that another process goes on with", () => {
  test("finds a key that is there again in another piece, and commits nothing", async () => {
    await createTrips("DOUBLED", 5_000);
    await land.sql(`INSERT INTO DOUBLED SELECT 17, 1, 'again', 2, ${now}`);
    const pipeline = land.pipeline({ doubled: trips("DOUBLED") });
    const { failure, results } = await driver.drive(pipeline, { dataset: "doubled" }, { pieces: { maxRows: 1_000 } });
    expect(results.land).toMatchObject({ rows: 5_001 });
    expect(failure).toMatchObject({ code: "QUALITY_BLOCKED", retryable: false });
    expect(failure?.message).toContain("17 (2 times)");
    expect(await readSnapshot({ store: land.store, path: "raw/doubled" })).toBeUndefined();
    await land.sql("DELETE FROM DOUBLED WHERE NOTE = 'again'");
    const mended = await driver.drive(pipeline, { dataset: "doubled" });
    expect(mended.entry).toMatchObject({ outcome: "committed", counts: { inserted: 5_000 } });
  });
});
