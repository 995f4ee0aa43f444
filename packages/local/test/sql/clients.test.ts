import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await test.run(
    "CREATE TABLE CUSTOMERS (ID NUMBER(38,0) PRIMARY KEY, NAME VARCHAR(50) NOT NULL COMMENT 'full name', AT TIMESTAMP_NTZ(3))",
    "INSERT INTO CUSTOMERS VALUES (1, 'a', NULL)",
    "CREATE VIEW V AS SELECT ID FROM CUSTOMERS",
  );
});
afterAll(() => test[Symbol.asyncDispose]());

it("answers what dlt and snowflake-sqlalchemy ask", async () => {
  await test.run(
    "ALTER SESSION SET autocommit=false",
    "SELECT CURRENT_VERSION()",
    "select current_database(), current_schema();",
    "ROLLBACK",
  );
  const tables = await test.ask(
    'SHOW /* sqlalchemy:get_schema_tables_info */ TABLES IN SCHEMA "DB"."PUBLIC" LIMIT 10000',
  );
  expect(tables.columns.slice(0, 5).map(({ name }) => name)).toEqual([
    "created_on",
    "name",
    "database_name",
    "schema_name",
    "kind",
  ]);
  expect(tables.rows.map((row) => row[1])).toEqual(["CUSTOMERS"]);
  expect(
    (await test.rows('SHOW /* sqlalchemy:get_view_names */ VIEWS IN "DB"."PUBLIC" LIMIT 10000')).map((row) => row[1]),
  ).toEqual(["V"]);
  const columns = await test.ask(
    `SELECT /* sqlalchemy:_get_schema_columns */ ic.table_name, ic.column_name, ic.data_type, ic.character_maximum_length, ic.numeric_precision, ic.numeric_scale, ic.is_nullable, ic.column_default, ic.is_identity, ic.comment, ic.identity_start, ic.identity_increment, ic.identity_generation, ic.identity_cycle, ic.identity_ordered, ic.data_type_alias FROM "DB".information_schema.columns ic WHERE ic.table_schema='PUBLIC' AND ic.table_name IN ('CUSTOMERS') ORDER BY ic.ordinal_position`,
  );
  expect(columns.columns[4]?.type).toBe("fixed");
  expect(columns.rows.map((row) => row.slice(1, 7))).toEqual([
    ["ID", "NUMBER", null, "38", "0", "NO"],
    ["NAME", "TEXT", "50", null, null, "NO"],
    ["AT", "TIMESTAMP_NTZ", null, null, null, "YES"],
  ]);
  expect(
    (await test.rows('SHOW /* sqlalchemy:_get_schema_primary_keys */ PRIMARY KEYS IN SCHEMA "DB"."PUBLIC"')).map(
      (row) => row.slice(3, 6),
    ),
  ).toEqual([["CUSTOMERS", "ID", "1"]]);
  expect(await test.rows('SHOW /* x */ IMPORTED KEYS IN SCHEMA "DB"."PUBLIC"')).toEqual([]);
  expect(await test.rows('SHOW /* x */ UNIQUE KEYS IN TABLE "DB"."PUBLIC"."CUSTOMERS"')).toEqual([]);
  expect(await test.rows('SHOW /* x */ TABLES LIKE \'customers\' IN SCHEMA "DB"."PUBLIC"')).toHaveLength(1);
  expect(await test.rows("SELECT public.customers.id, public.customers.name FROM public.customers")).toEqual([
    ["1", "a"],
  ]);
  expect(await test.rows('DESC /* x */ TABLE "PUBLIC"."CUSTOMERS" TYPE = COLUMNS')).toHaveLength(3);
  expect((await test.rows("SHOW /* x */ SCHEMAS LIMIT 10000")).map((row) => row[1])).toEqual([
    "INFORMATION_SCHEMA",
    "PUBLIC",
  ]);
  await test.run("ALTER SESSION SET AUTOCOMMIT = true", "ALTER SESSION UNSET AUTOCOMMIT");
});

it("answers what Sling and ADBC ask", async () => {
  await test.run("BEGIN", "ALTER SESSION SET AUTOCOMMIT = false", "ROLLBACK", "ALTER SESSION UNSET AUTOCOMMIT");
  expect(await test.rows("SHOW WAREHOUSES")).toHaveLength(1);
  expect((await test.rows('show columns in table "PUBLIC"."CUSTOMERS"')).map((row) => row[2])).toEqual([
    "ID",
    "NAME",
    "AT",
  ]);
  expect(await test.rows("select * from (select ID from CUSTOMERS) as t limit 1 offset 0")).toEqual([["1"]]);
});

it("tells precision of dates and times as numbers", async () => {
  expect(
    await test.rows(
      "SELECT COLUMN_NAME, DATETIME_PRECISION FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'CUSTOMERS' AND DATETIME_PRECISION IS NOT NULL",
    ),
  ).toEqual([["AT", "3"]]);
});

it("finds a query again by its tag, its session and its time", async () => {
  const record = {
    sqlText: "SELECT 42",
    queryTag: "run-1/att-2",
    user: "U",
    role: null,
    warehouse: null,
    database: null,
    schema: null,
    sessionId: "77",
    rowsProduced: null,
    errorCode: null,
    errorMessage: null,
  };
  await test.engine.recordQuery({
    ...record,
    queryId: "q1",
    status: "RUNNING",
    startedAtMicros: 1_000_000n,
    endedAtMicros: null,
  });
  const find =
    "SELECT QUERY_ID, EXECUTION_STATUS, ROWS_PRODUCED FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 1000)) WHERE QUERY_TAG = 'run-1/att-2' ORDER BY START_TIME DESC";
  expect(await test.rows(find)).toEqual([["q1", "RUNNING", null]]);
  await test.engine.recordQuery({
    ...record,
    queryId: "q1",
    status: "SUCCESS",
    startedAtMicros: 1_000_000n,
    endedAtMicros: 2_000_000n,
    rowsProduced: 1,
  });
  expect(await test.rows(find)).toEqual([["q1", "SUCCESS", "1"]]);
  expect(
    await test.rows(
      "SELECT QUERY_ID FROM TABLE(DB.INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(SESSION_ID => 77, END_TIME_RANGE_START => DATEADD(hour, -1, CURRENT_TIMESTAMP())))",
    ),
  ).toEqual([]);
  expect(
    await test.rows(
      "SELECT QUERY_ID, TOTAL_ELAPSED_TIME FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY_BY_SESSION(SESSION_ID => 77))",
    ),
  ).toEqual([["q1", "1000"]]);
});

it("reads a finished result again", async () => {
  await test.run(
    "SELECT 1.50 AS N, '2024-01-01 00:00:00.5 +02:00'::TIMESTAMP_TZ AS TZ, PARSE_JSON('{\"a\":1.1}') AS V, NULL AS E",
  );
  expect(await test.rows("SELECT N + 1, TZ, V:a::NUMBER(5,2), E FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))")).toEqual([
    ["2.50", "1704060000.500000000 1560", "1.10", null],
  ]);
  await test.run("SHOW TABLES");
  expect(await test.rows('SELECT "name", "rows" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID(-1)))')).toEqual([
    ["CUSTOMERS", "1"],
  ]);
});
