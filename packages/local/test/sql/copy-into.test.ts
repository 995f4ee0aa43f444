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

  it("cuts files below MAX_FILE_SIZE, and numbers those of a thread", async () => {
    const query = "SELECT SEQ8() AS N, SHA2(SEQ8()::VARCHAR) AS H FROM TABLE(GENERATOR(ROWCOUNT => 60000))";
    const { rows } = await test.ask(`COPY INTO @OUT_FILES/cut/ FROM (${query}) ${SAFE} MAX_FILE_SIZE = 500000`);
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.every(([, bytes]) => Number(bytes) <= 500_000)).toBe(true);
    expect(rows.map(([name]) => name?.replace(/^data_query-\d+_/, ""))).toContain("000_0_1.snappy.parquet");
    expect(await readParquet(`SELECT count(DISTINCT "N"), count(*) FROM '${inStage("cut/*.parquet")}'`)).toEqual([
      ["60000", "60000"],
    ]);
  });

  it("tells one sum without DETAILED_OUTPUT", async () => {
    const answer = await test.ask(`COPY INTO @OUT_FILES/sum/ FROM N ${PARQUET}`);
    expect(answer.columns.map(({ name }) => name)).toEqual(["rows_unloaded", "input_bytes", "output_bytes"]);
    expect(answer.rows[0]?.[0]).toBe("20000");
    expect(await filesBelow(inStage("sum"))).toContain("data_0_0_0.snappy.parquet");
  });

  it("writes nothing for no rows", async () => {
    const none = "(SELECT * FROM N WHERE FALSE)";
    expect(await test.rows(`COPY INTO @OUT_FILES/none/ FROM ${none} ${SAFE}`)).toEqual([]);
    expect(await test.rows(`COPY INTO @OUT_FILES/none/ FROM ${none} ${PARQUET}`)).toEqual([["0", "0", "0"]]);
    expect(await filesBelow(inStage("none"))).toEqual([]);
  });

  it("calls columns col1, col2 without HEADER, and compresses with nothing when told so", async () => {
    await test.run(
      "COPY INTO @OUT_FILES/plain/ FROM (SELECT ID, NAME FROM N LIMIT 3) FILE_FORMAT = (TYPE = 'parquet' COMPRESSION = 'NONE')",
    );
    const file = inStage("plain/data_0_0_0.parquet");
    expect(Object.keys(await parquetTypes(file))).toEqual(["col1", "col2"]);
    expect(await readParquet(`SELECT DISTINCT compression FROM parquet_metadata('${file}')`)).toEqual([
      ["UNCOMPRESSED"],
    ]);
  });

  it("begins names with the last step of a location that ends without a slash", async () => {
    await test.run(`COPY INTO @OUT_FILES/named/part FROM (SELECT 1 AS A) ${PARQUET}`);
    expect(await filesBelow(inStage("named"))).toEqual(["part_0_0_0.snappy.parquet"]);
    await test.run(`COPY INTO @OUT_FILES/single/one.parquet FROM N ${PARQUET} SINGLE = TRUE`);
    expect(await filesBelow(inStage("single"))).toEqual(["one.parquet"]);
  });

  it("refuses to meet earlier files unless it overwrites them or has ids in its names", async () => {
    const copy = `COPY INTO @OUT_FILES/again/ FROM (SELECT 1 AS A) ${PARQUET}`;
    await test.run(copy);
    expect((await test.failure(copy)).message).toBe(
      "Files already existing at the unload destination: @OUT_FILES/again/. Use overwrite option to force unloading.",
    );
    await test.run(`${copy} OVERWRITE = TRUE`, `${copy} INCLUDE_QUERY_ID = TRUE`);
    expect(await filesBelow(inStage("again"))).toHaveLength(2);
  });

  it("reads the past", async () => {
    await test.run("CREATE TABLE PAST (A INT)", "INSERT INTO PAST VALUES (1)");
    const moment = await test.cell("SELECT TO_VARCHAR(SYSDATE(), 'YYYY-MM-DD HH24:MI:SS.FF9')");
    await test.run("INSERT INTO PAST VALUES (2)");
    const query = `SELECT A FROM PAST AT(TIMESTAMP => '${moment}'::TIMESTAMP_NTZ)`;
    await test.run(`COPY INTO @OUT_FILES/past/ FROM (${query}) ${SAFE}`);
    expect(await readParquet(`SELECT "A"::VARCHAR FROM '${inStage("past/*.parquet")}'`)).toEqual([["1"]]);
  });

  it("sees what its own transaction wrote", async () => {
    await test.run("CREATE TABLE MINE (A INT)", "BEGIN", "INSERT INTO MINE VALUES (7)");
    await test.run(`COPY INTO @OUT_FILES/mine/ FROM MINE ${SAFE}`, "ROLLBACK");
    expect(await readParquet(`SELECT "A"::VARCHAR FROM '${inStage("mine/*.parquet")}'`)).toEqual([["7"]]);
  });

  it("that fails inside a transaction rolls it back, and the session goes on", async () => {
    await test.run("CREATE TABLE UNDONE (A INT)", "BEGIN", "INSERT INTO UNDONE VALUES (3000000000)");
    const copy = `COPY INTO @OUT_FILES/undone/ FROM (SELECT CAST(A AS INT) AS A FROM UNDONE) ${SAFE}`;
    expect((await test.failure(copy)).code).toBe("100039");
    expect(await test.cell("SELECT COUNT(*) FROM UNDONE")).toBe("0");
  });

  it("keeps hostile column names", async () => {
    const names = ['"', "a.b", "constructor", "A", " ", "ü🙂", "c1", "part"];
    const list = names.map((name, index) => `${index} AS "${name.replaceAll('"', '""')}"`).join(", ");
    await test.run(`COPY INTO @OUT_FILES/hostile/ FROM (SELECT ${list}) ${SAFE}`);
    const [file] = await filesBelow(inStage("hostile"));
    expect(Object.keys(await parquetTypes(inStage(`hostile/${file}`)))).toEqual(names);
  });
});

describe("PARTITION BY", () => {
  it("makes folders of the expression, keeps the column, and has a word for NULL", async () => {
    const answer = await test.ask(
      `COPY INTO @OUT_FILES/parts FROM N PARTITION BY ('part=' || PART) ${PARQUET} HEADER = TRUE DETAILED_OUTPUT = TRUE`,
    );
    const folders = ["__NULL__", "part=p0", "part=p1", "part=p2"];
    expect(answer.rows.map(([name]) => name)).toEqual(
      folders.map((folder) => `${folder}/data_${answer.queryId}_000_0_0.snappy.parquet`),
    );
    expect(await filesBelow(inStage("parts"))).toEqual(answer.rows.map(([name]) => name));
    expect(
      await readParquet(
        `SELECT DISTINCT "PART" FROM read_parquet('${inStage("parts/part=p1/*")}', hive_partitioning = false)`,
      ),
    ).toEqual([["p1"]]);
  });

  it("loses no row when two values make one folder", async () => {
    const query = "SELECT COLUMN1 AS P FROM VALUES ('a'), ('/a'), ('a/'), (NULL), ('__NULL__')";
    await test.run(`COPY INTO @OUT_FILES/same/ FROM (${query}) PARTITION BY (P) ${PARQUET}`);
    expect(await readParquet(`SELECT count(*) FROM '${inStage("same/*/*.parquet")}'`)).toEqual([["5"]]);
  });

  it("lets no value lead out of the location", async () => {
    const query = "SELECT '../../elsewhere' AS P";
    expect(
      (await test.failure(`COPY INTO @OUT_FILES/out/ FROM (${query}) PARTITION BY (P) ${PARQUET}`)).message,
    ).toContain("no path");
  });
});

describe("types in the files", () => {
  it("are the declared ones without the optimization", async () => {
    await test.run(`COPY INTO @OUT_FILES/types/ FROM (SELECT
      1::NUMBER(4,0) AS SMALL, 1::NUMBER(18,0) AS MIDDLE, 1::NUMBER(38,0) AS LARGE, 1.5::NUMBER(12,2) AS MONEY,
      CAST(1 AS BIGINT) AS LONG, CAST(1 AS INT) AS WHOLE, 7::SMALLINT AS SHORT, 1.5::FLOAT AS SINGLE, 1.5::DOUBLE AS TWICE,
      TRUE AS YES, 'x' AS WORD, TO_BINARY('00FF') AS BYTES, '1500-02-03'::DATE AS DAY,
      '0001-01-01 00:00:00.123456789'::TIMESTAMP_NTZ AS MOMENT, '23:59:59.987654321'::TIME AS CLOCK,
      PARSE_JSON('{"a":1.10}') AS TREE) ${SAFE}`);
    const file = inStage(`types/${(await filesBelow(inStage("types")))[0]}`);
    expect(await parquetTypes(file)).toMatchObject({
      SMALL: "INT32 DecimalType(scale=0, precision=4)",
      MIDDLE: "INT64 DecimalType(scale=0, precision=18)",
      LARGE: "FIXED_LEN_BYTE_ARRAY DecimalType(scale=0, precision=38)",
      MONEY: "INT64 DecimalType(scale=2, precision=12)",
      LONG: "INT64 INT_64",
      WHOLE: "INT32 INT_32",
      SHORT: "INT32 INT_16",
      SINGLE: "FLOAT",
      TWICE: "DOUBLE",
      YES: "BOOLEAN",
      WORD: "BYTE_ARRAY UTF8",
      BYTES: "BYTE_ARRAY",
      DAY: "INT32 DATE",
      TREE: "BYTE_ARRAY UTF8",
    });
    const [row] = await readParquet(
      `SELECT "DAY"::VARCHAR, "MOMENT"::VARCHAR, "CLOCK"::VARCHAR, "TREE", hex("BYTES") FROM '${file}'`,
    );
    expect(row).toEqual(["1500-02-03", "0001-01-01 00:00:00.123456", "23:59:59.987654", '{"a":1.1}', "00FF"]);
  });

  it("follow the values with it", async () => {
    const session = { ...test.session, parameters: new Map<string, string>() };
    const copy = (name: string, value: string) =>
      `COPY INTO @OUT_FILES/${name}/ FROM (SELECT ${value}::NUMBER(38,0) AS N, 1.25::NUMBER(38,2) AS D) ${SAFE}`;
    const typesOf = async (name: string) => parquetTypes(inStage(`${name}/${(await filesBelow(inStage(name)))[0]}`));
    await test.ask(copy("narrow1", "100"), { session });
    await test.ask(copy("narrow2", "3000000000"), { session });
    expect(await typesOf("narrow1")).toEqual({ N: "INT32 INT_8", D: "INT32 DecimalType(scale=2, precision=3)" });
    expect(await typesOf("narrow2")).toMatchObject({ N: "INT64 INT_64" });
  });

  it("that overflow their cast fail the COPY", async () => {
    const failure = await test.failure(`COPY INTO @OUT_FILES/over/ FROM (SELECT CAST(3000000000 AS INT) AS N) ${SAFE}`);
    expect([failure.code, failure.message]).toEqual(["100039", "Numeric value '3000000000' is out of range"]);
    expect(await filesBelow(inStage("over"))).toEqual([]);
  });

  it.each([
    ["SYSDATE()::TIMESTAMP_TZ", "100171", "value get: TIMESTAMP_TZ"],
    ["CURRENT_TIMESTAMP()", "100171", "TIMESTAMP_TZ and LTZ types are not supported for unloading to Parquet"],
    ["[1, 2]::VECTOR(INT, 2)", "100171", "VECTOR"],
    ["TO_GEOGRAPHY('POINT(1 2)')", "000002", "GEOGRAPHY"],
  ])("%s is refused", async (value, code, message) => {
    const failure = await test.failure(`COPY INTO @OUT_FILES/refused/ FROM (SELECT ${value} AS V) ${SAFE}`);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(message);
  });
});

it.each([
  [`FROM N ${PARQUET} INCLUDE_QUERY_ID = TRUE OVERWRITE = TRUE`, "INCLUDE_QUERY_ID = TRUE is not supported"],
  [`FROM N ${PARQUET} INCLUDE_QUERY_ID = TRUE SINGLE = TRUE`, "SINGLE = TRUE"],
  [`FROM N PARTITION BY (PART) ${PARQUET} SINGLE = TRUE`, "SINGLE = TRUE is not supported together with PARTITION BY"],
  [`FROM N PARTITION BY (PART) ${PARQUET} OVERWRITE = TRUE`, "OVERWRITE = TRUE is not supported"],
  [`FROM N PARTITION BY (PART) ${PARQUET} INCLUDE_QUERY_ID = FALSE`, "INCLUDE_QUERY_ID = FALSE is not supported"],
  [`FROM N PARTITION BY (ID) ${PARQUET}`, "must evaluate to a string"],
  [`FROM (SELECT ID FROM N) PARTITION BY (PART) ${PARQUET}`, "invalid identifier 'PART'"],
  ["FROM N", "unloading to CSV"],
  ["FROM N FILE_FORMAT = (TYPE = PARQUET COMPRESSION = LZO)", "COMPRESSION = LZO"],
  ["FROM N FILE_FORMAT = (TYPE = PARQUET COMPRESSION = GZIP)", "invalid value [GZIP] for parameter 'COMPRESSION'"],
  [`FROM N ${PARQUET} MAX_FILE_SIZE = 5368709121`, "MAX_FILE_SIZE"],
  [`FROM N ${PARQUET} NO_SUCH = 1`, "invalid property 'NO_SUCH'"],
  [`FROM N ${PARQUET} HEADER = TRUE HEADER = TRUE`, "duplicate option 'HEADER'"],
  [`FROM N ${PARQUET} VALIDATION_MODE = RETURN_ROWS`, "VALIDATION_MODE"],
  [`FROM (SELECT ID AS A, NAME AS A FROM N) ${PARQUET}`, "duplicate column name 'A'"],
  [`FROM (SELECT ID AS A, NAME AS "a" FROM N) ${PARQUET}`, "differ by case alone"],
])("COPY ... %s is refused", async (rest, message) => {
  expect((await test.failure(`COPY INTO @OUT_FILES/refused/ ${rest}`)).message).toContain(message);
  expect(await filesBelow(inStage("refused"))).toEqual([]);
});
