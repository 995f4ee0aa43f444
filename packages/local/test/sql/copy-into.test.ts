import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesBelow, parquetTypes, readParquet } from "./staged-files.ts";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

const PARQUET = "FILE_FORMAT = (TYPE = PARQUET COMPRESSION = SNAPPY)";
const SAFE = `${PARQUET} HEADER = TRUE DETAILED_OUTPUT = TRUE INCLUDE_QUERY_ID = TRUE`;

let test: TestEngine;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "snowmelt-stage-"));
  test = await openTestEngine();
  await test.run(
    `CREATE STAGE OUT_FILES URL = 'file://${folder}/'`,
    "ALTER SESSION SET ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION = FALSE",
    "CREATE TABLE N (ID NUMBER(18,0), NAME VARCHAR, PART VARCHAR)",
    "INSERT INTO N SELECT SEQ8(), 'name ' || SEQ8(), IFF(SEQ8() % 4 = 3, NULL, 'p' || (SEQ8() % 4)) FROM TABLE(GENERATOR(ROWCOUNT => 20000))",
  );
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const inStage = (name: string) => path.join(folder, name);

describe("COPY INTO a folder", () => {
  it("writes files named by query and thread, and says what is in each", async () => {
    const answer = await test.ask(`COPY INTO @OUT_FILES/a/run=1/ FROM (SELECT * FROM N ORDER BY ID) ${SAFE}`);
    expect(answer.columns.map(({ name }) => name)).toEqual(["FILE_NAME", "FILE_SIZE", "ROW_COUNT"]);
    expect(answer.rows.map(([name]) => name)).toEqual(
      [0, 1, 2, 3].map((thread) => `data_${answer.queryId}_00${thread}_${thread}_0.snappy.parquet`),
    );
    expect(answer.rows.map(([, , rows]) => rows)).toEqual(["5000", "5000", "5000", "5000"]);
    expect(await filesBelow(inStage("a/run=1"))).toEqual(answer.rows.map(([name]) => name));
    const [read] = await readParquet(
      `SELECT count(*), sum("ID"), max("NAME"), count("PART") FROM '${inStage("a/run=1/*.parquet")}'`,
    );
    expect(read).toEqual(["20000", "199990000", "name 9999", "15000"]);
  });
});
