import { dataset, delta, full, incremental, integer, month, table } from "@snowmelt/core/definition";
import { rowCount } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runChild } from "./crash/start-child.ts";
import { lakeRows } from "./lake-rows.ts";
import { type Landscape, openLandscape } from "./landscape.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

const ORDERS = (name: string) =>
  sourceTable({
    kind: "table",
    database: "AVIATION",
    schema: "PUBLIC",
    name,
    columns: [
      ["ID", "NUMBER(38,0) NOT NULL"],
      ["AMOUNT", "NUMBER(10,2)"],
      ["NOTE", "VARCHAR(100)"],
      ["UPDATED_AT", "TIMESTAMP_NTZ(6)"],
    ],
  });

const now = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ";

async function createOrders(name: string, rows: number): Promise<void> {
  await land.sql(
    `CREATE OR REPLACE TABLE ${name} (ID NUMBER(38,0) NOT NULL, AMOUNT NUMBER(10,2), NOTE VARCHAR(100), UPDATED_AT TIMESTAMP_NTZ(6))`,
    `INSERT INTO ${name} SELECT SEQ4(), SEQ4() * 1.25, 'note ' || SEQ4(), ${now} FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
  );
}

const incrementalOrders = (name: string) =>
  dataset({
    source: table(ORDERS(name)),
    key: ["ID"],
    sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
    columns: { ID: integer() },
    land: delta({ partitionBy: [month("UPDATED_AT")] }),
  });

describe("an incremental dataset", () => {
  test("lands everything, then nothing, then just what changed, and equals the source each time", async () => {
    await createOrders("ORDERS", 1000);
    const pipeline = land.pipeline({ orders: incrementalOrders("ORDERS") });
    const mostBefore = process.resourceUsage().maxRSS * 1024;
    const first = await land.run(pipeline);
    expect(first.datasets[0]?.peakRssBytes, "what the kernel says").toBeGreaterThanOrEqual(mostBefore);
    expect(first.datasets).toMatchObject([
      {
        outcome: "committed",
        deltaVersion: 0,
        laneVersion: 1,
        failure: null,
        counts: { extracted: 1000, inserted: 1000, rowsAfter: 1000 },
      },
    ]);
    expect(first.datasets[0]?.checks.filter(({ passed }) => !passed)).toEqual([]);

    const second = await land.run(pipeline);
    expect(second.datasets).toMatchObject([{ outcome: "empty", deltaVersion: 0 }]);

    await land.sql(
      `UPDATE ORDERS SET AMOUNT = AMOUNT + 1, UPDATED_AT = ${now} WHERE MOD(ID, 10) = 0`,
      `INSERT INTO ORDERS SELECT 1000 + SEQ4(), 1, NULL, ${now} FROM TABLE(GENERATOR(ROWCOUNT => 7))`,
    );
    const merged: { rows: number; rowsExpected: number | null }[] = [];
    const third = await land.run(pipeline, {
      onEvent: (event) => {
        if (event.kind === "progress" && event.stage === "merge") merged.push(event);
      },
    });
    const stages = third.datasets[0]?.stages.map(({ stage }) => stage);
    expect(stages?.slice(-5)).toEqual(["land", "merge", "verify", "check", "commit"]);
    // Each row of the table is read for its key, and once more to be written anew.
    expect(merged.at(-1)).toMatchObject({ rows: 2000, rowsExpected: 2000 });
    expect(third.datasets.map(({ failure }) => failure)).toEqual([null]);
    expect(third.datasets).toMatchObject([
      {
        outcome: "committed",
        deltaVersion: 1,
        counts: { extracted: 107, inserted: 7, updated: 100, rowsBefore: 1000, rowsAfter: 1007 },
      },
    ]);
    const source = await land.rows("SELECT TO_VARCHAR(ID), TO_VARCHAR(AMOUNT), NOTE FROM ORDERS ORDER BY ID");
    expect(await lakeRows(land.lake, "raw/orders", "ID::VARCHAR, AMOUNT::VARCHAR, NOTE", "ID")).toEqual(source);
  });
});

describe("a dataset that is read otherwise than before", () => {
  const by = (name: string, sync: Parameters<typeof dataset<"ID" | "AMOUNT" | "NOTE" | "UPDATED_AT">>[0]["sync"]) =>
    land.pipeline({
      [name.toLowerCase()]: dataset({
        source: table(ORDERS(name)),
        key: ["ID"],
        sync,
        columns: { ID: integer() },
        land: delta(),
      }),
    });

  test("by a number after a refresh starts from the beginning, and misses nothing", async () => {
    await createOrders("SWITCHED", 50);
    await land.run(by("SWITCHED", full()));
    await land.sql(`INSERT INTO SWITCHED SELECT 50 + SEQ4(), 1, NULL, ${now} FROM TABLE(GENERATOR(ROWCOUNT => 5))`);
    const { datasets } = await land.run(by("SWITCHED", incremental({ cursor: "ID", deletes: "ignore" })));
    expect(datasets).toMatchObject([
      { outcome: "committed", notices: [{ code: "CURSOR_CHANGED" }], counts: { inserted: 5, updated: 50 } },
    ]);
    expect((await land.run(by("SWITCHED", incremental({ cursor: "ID", deletes: "ignore" })))).datasets).toMatchObject([
      { outcome: "empty" },
    ]);
  });

  test("by a time after a refresh goes on from it, less the lag", async () => {
    await createOrders("TIMED", 50);
    await land.run(by("TIMED", full()));
    await land.sql(`INSERT INTO TIMED SELECT 50, 1, NULL, DATEADD('second', -30, ${now})`);
    const sync = incremental({ cursor: "UPDATED_AT", lag: "1 minute", zone: "UTC", deletes: "ignore" });
    await land.server.admin.advanceClock(120_000);
    expect((await land.run(by("TIMED", sync))).datasets).toMatchObject([
      { outcome: "committed", counts: { inserted: 1 } },
    ]);
  });

  test("and a window that was left over from before is given up", async () => {
    await createOrders("LEFT_OVER", 20);
    const failing = land.pipeline({
      left_over: dataset({
        source: table(ORDERS("LEFT_OVER")),
        key: ["ID"],
        sync: full(),
        columns: { ID: integer() },
        land: delta(),
        quality: [rowCount(">", 100)],
      }),
    });
    expect((await land.run(failing)).status).toBe("failed");
    const { datasets } = await land.run(by("LEFT_OVER", incremental({ cursor: "ID", deletes: "ignore" })));
    expect(datasets).toMatchObject([{ outcome: "committed", window: { cursor: "ID", lo: null, hi: "19" } }]);
  });
});

describe("a source that was made anew", () => {
  test("after a run was killed is read at a new moment, with the same bounds", async () => {
    await createOrders("REMADE", 30);
    const pipeline = land.pipeline({ remade: incrementalOrders("REMADE") });
    expect(await runChild(land, pipeline, { killAt: { kind: "stageStarted", stage: "land" } })).toEqual({
      kind: "killed",
    });
    await createOrders("REMADE", 30);
    for (const result of (await land.run(pipeline)).datasets) expect(result.failure).toBeNull();
    expect(await lakeRows(land.lake, "raw/remade", "COUNT(*)::VARCHAR", "1")).toEqual([["30"]]);
  });
});

describe("a full dataset", () => {
  test("is skipped while the source's fingerprint is unchanged, and replaced when it is not", async () => {
    await createOrders("REGIONS", 20);
    const pipeline = land.pipeline({
      regions: dataset({ source: table(ORDERS("REGIONS")), sync: full(), land: delta() }),
    });
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "committed", counts: { inserted: 20 } }]);
    expect((await land.run(pipeline)).datasets).toMatchObject([{ outcome: "unchanged" }]);
    await land.sql("DELETE FROM REGIONS WHERE ID >= 15");
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "committed", counts: { inserted: 15, deleted: 20, rowsAfter: 15 } },
    ]);
    expect(await lakeRows(land.lake, "raw/regions", "COUNT(*)::VARCHAR", "1")).toEqual([["15"]]);
  });
});
