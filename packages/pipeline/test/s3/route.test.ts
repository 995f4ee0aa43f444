import { dataset, delta, full, identity, query, table } from "@snowmelt/core/definition";
import { columnValues, isUnique, rowCount } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { planPipeline } from "../../src/index.ts";
import { emptyLake } from "../crash/empty-lake.ts";
import { lakeRows } from "../lake-rows.ts";
import { openS3Landscape, type S3Landscape } from "../s3-landscape.ts";
import { countReads, type ReadCounter } from "./count-reads.ts";

const ITEMS = sourceTable({
  kind: "table",
  database: "AVIATION",
  schema: "PUBLIC",
  name: "ITEMS",
  columns: [
    ["ID", "NUMBER(18,0)"],
    ["KIND", "VARCHAR(10)"],
    ["PRICE", "NUMBER(10,2)"],
    ["NOTE", "VARCHAR"],
  ],
});

let land: S3Landscape;
let reads: ReadCounter;
beforeAll(async () => {
  land = await openS3Landscape({ stage: true });
  reads = await countReads(land.aws.endpoint);
}, 240_000);
afterAll(async () => {
  await reads?.[Symbol.asyncDispose]();
  await land?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await emptyLake(land);
  await land.sql(
    "CREATE OR REPLACE TABLE ITEMS (ID NUMBER(18,0), KIND VARCHAR(10), PRICE NUMBER(10,2), NOTE VARCHAR)",
    "INSERT INTO ITEMS SELECT SEQ8(), IFF(MOD(SEQ8(), 3) = 0, NULL, 'k' || MOD(SEQ8(), 3)), SEQ8() / 100, SHA2('n' || SEQ8(), 256) || SHA2('m' || SEQ8(), 256) FROM TABLE(GENERATOR(ROWCOUNT => 20000))",
  );
});

const items = (more: Readonly<Record<string, unknown>> = {}) =>
  land.pipeline({ items: dataset({ source: table(ITEMS), sync: full(), land: delta(), ...more }) });

/** The bytes of data files that a run reads, those of footers aside. */
async function run(pipeline: ReturnType<typeof items>) {
  reads.reset();
  const { datasets } = await land.run(pipeline, { lake: { ...land.access, s3Endpoint: reads.endpoint } });
  const [result] = datasets;
  if (!result) throw new Error("no dataset");
  return { result, ...reads.ofDataFiles() };
}

describe("what an unload reads back", { timeout: 120_000 }, () => {
  test("is nothing but footers for a dataset without rules and key", async () => {
    const { result, bytes, requests } = await run(items());
    expect(result).toMatchObject({ outcome: "committed", route: "unload", counts: { extracted: 20_000 } });
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.every(({ end, size }) => end === size)).toBe(true);
    expect(bytes).toBeLessThanOrEqual(requests.length * 16_384);
  });

  test("is the columns of the rules and the key, not the others", async () => {
    const { result, bytes } = await run(
      items({ key: ["ID"], quality: [columnValues("PRICE", ">=", 0), isUnique("ID"), rowCount(">", 0)] }),
    );
    expect(result).toMatchObject({ outcome: "committed", route: "unload" });
    expect(result.rules.map(({ passed }) => passed)).toEqual([true, true, true]);
    expect(bytes).toBeLessThan(result.bytesWritten / 2);
  });

  test("finds keys that are there twice, and nothing is committed", async () => {
    await land.sql("INSERT INTO ITEMS VALUES (7, 'k1', 1, NULL)");
    const { result } = await run(items({ key: ["ID"] }));
    expect(result).toMatchObject({ outcome: "failed", route: "unload", failure: { code: "QUALITY_BLOCKED" } });
    const keys: string[] = [];
    for await (const { key } of land.store.list("")) keys.push(key);
    expect(keys).toEqual([]);
  });
});

describe("partitions of an unload", { timeout: 120_000 }, () => {
  test("are those of a stream", async () => {
    const pipeline = items({ land: delta({ partitionBy: [identity("KIND")] }) });
    const { result } = await run(pipeline);
    expect(result).toMatchObject({ outcome: "committed", route: "unload" });
    expect(new Set(result.files.map(({ partitionValues }) => partitionValues.KIND))).toEqual(
      new Set(["k1", "k2", null]),
    );
    expect(await lakeRows(land.store, "raw/items", "COUNT(*), SUM(ID)", "1")).toEqual([["20000", "199990000"]]);
  });
});

describe("the route", { timeout: 120_000 }, () => {
  const planned = async (pipeline: ReturnType<typeof items>) =>
    (await planPipeline(pipeline, { environment: "local", secrets: land.secrets, lake: land.access })).datasets[0];

  test("that the definition asks for is taken, or refused with the reasons", async () => {
    expect(await planned(items({ extract: { route: "stream" } }))).toMatchObject({ route: "stream" });
    expect(await planned(items({ extract: { route: "unload" } }))).toMatchObject({ route: "unload" });
    const quarantining = [columnValues("PRICE", ">", 0, { onFail: "quarantine" })];
    expect(await planned(items({ extract: { route: "unload" }, quality: quarantining }))).toMatchObject({
      status: "refused",
      code: "ROUTE_IMPOSSIBLE",
      message: expect.stringContaining("quarantines rows"),
    });
  });

  test("of a query is a stream unless it is asked for, as nothing could be compared", async () => {
    const source = query({ name: "q", sql: "SELECT ID FROM AVIATION.PUBLIC.ITEMS", columns: [["ID", "NUMBER(18,0)"]] });
    const pipeline = (extract: object) =>
      land.pipeline({ q: dataset({ source, sync: full(), land: delta(), extract }) });
    expect(await planned(pipeline({}))).toMatchObject({ route: "stream" });
    const { datasets } = await land.run(pipeline({ route: "unload" }));
    expect(datasets).toMatchObject([{ outcome: "committed", route: "unload", counts: { extracted: 20_000 } }]);
    expect(datasets[0]?.notices.map(({ code }) => code)).toContain("RESULT_NOT_PROFILED");
  });
});
