import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalSnowflake, startLocalSnowflake } from "../../src/index.ts";
import { connect, execute, fetchResult, query, rowsOf } from "./driver.ts";

type Connection = Awaited<ReturnType<typeof connect>>;

describe("the real driver against the real engine", () => {
  let server: LocalSnowflake;
  let connection: Connection;
  beforeAll(async () => {
    server = await startLocalSnowflake({
      results: { inlineRows: 100, firstChunkBytes: 10_000, maxChunkBytes: 50_000 },
    });
    connection = await connect(server);
    await query(connection, "CREATE DATABASE IF NOT EXISTS E2E");
    await query(connection, "CREATE SCHEMA IF NOT EXISTS E2E.S");
    await query(connection, "USE SCHEMA E2E.S");
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("reads every type in its own form", async () => {
    const [row] = await query(
      connection,
      `SELECT 99999999999999999999999999999999999999::NUMBER(38,0)::VARCHAR, 12.50::NUMBER(10,2), 1.5::FLOAT, TRUE,
        'naïve ''quoted'' 🙂'::VARCHAR, '1969-12-31'::DATE, '2026-01-02 03:04:05.123456789'::TIMESTAMP_NTZ(9),
        '2026-01-02 03:04:05 +02:00'::TIMESTAMP_TZ, '2026-01-02 03:04:05Z'::TIMESTAMP_LTZ, '23:59:59.999'::TIME(3),
        TO_BINARY('00FF', 'HEX'), PARSE_JSON('{"a":[1,2]}'), NULL::VARCHAR`,
    );
    const [number, decimal, float, boolean, text, date, ntz, tz, ltz, time, binary, variant, nothing] = row ?? [];
    expect([number, decimal, float, boolean, text, time, variant, nothing]).toEqual([
      "99999999999999999999999999999999999999",
      12.5,
      1.5,
      true,
      "naïve 'quoted' 🙂",
      "23:59:59",
      { a: [1, 2] },
      null,
    ]);
    expect([date, ntz, tz, ltz].map((value) => (value as Date).toISOString())).toEqual([
      "1969-12-31T00:00:00.000Z",
      "2026-01-02T03:04:05.123Z",
      "2026-01-02T01:04:05.000Z",
      "2026-01-02T03:04:05.000Z",
    ]);
    expect(Buffer.from(binary as Buffer).toString("hex")).toBe("00ff");
  });

  it("describes what it would read", async () => {
    const sqlText = "SELECT 1::NUMBER(10,2) AS PRICE, 'x'::VARCHAR(20) AS NAME";
    const described = await execute(connection, { sqlText, describeOnly: true } as never);
    const run = await execute(connection, { sqlText });
    const shape = (statement: typeof run) =>
      statement
        .getColumns()
        ?.map((column) => [column.getName(), column.getType(), column.getPrecision(), column.getScale()]);
    expect(shape(described)).toEqual(shape(run));
    expect(shape(run)?.[0]).toEqual(["PRICE", "fixed", 10, 2]);
  });

  it("inserts what is bound, and counts it", async () => {
    await query(connection, "CREATE OR REPLACE TABLE BOUND (ID NUMBER, NAME VARCHAR)");
    const binds = [
      [1, "one"],
      [2, "it's"],
      [3, null],
    ] as never;
    const inserted = await execute(connection, { sqlText: "INSERT INTO BOUND VALUES (?, ?)", binds });
    expect(inserted.getNumUpdatedRows()).toBe(3);
    expect(await query(connection, "SELECT ID, NAME FROM BOUND WHERE ID > ? ORDER BY ID", { binds: [1] })).toEqual([
      [2, "it's"],
      [3, null],
    ]);
  });

  it("keeps a transaction open from statement to statement, and rolls it back with its session", async () => {
    await query(connection, "CREATE OR REPLACE TABLE KEPT (ID NUMBER)");
    const other = await connect(server, { database: "E2E", schema: "S" });
    await query(other, "BEGIN");
    await query(other, "INSERT INTO KEPT VALUES (1)");
    expect(await query(other, "SELECT COUNT(*) FROM KEPT")).toEqual([[1]]);
    expect(await query(connection, "SELECT COUNT(*) FROM KEPT")).toEqual([[0]]);
    await new Promise((resolve) => other.destroy(resolve as never));
    await query(connection, "INSERT INTO KEPT VALUES (2)");
    expect(await query(connection, "SELECT ID FROM KEPT")).toEqual([[2]]);
  });

  it("streams ranges of one large result, and only their chunks", async () => {
    const rows = 200_000;
    const submitted = await execute(connection, {
      sqlText: `SELECT SEQ8() AS N, 'row ' || N::VARCHAR AS NAME FROM TABLE(GENERATOR(ROWCOUNT => ${rows})) ORDER BY N`,
      asyncExec: true,
    });
    const statement = await fetchResult(connection, submitted.getQueryId());
    expect(statement.getNumRows()).toBe(rows);
    const part = await rowsOf(statement, { start: 150_000, end: 150_999 });
    expect(part.map(([n]) => n)).toEqual([...Array(1000).keys()].map((index) => index + 150_000));
    const { chunkFetches } = await server.admin.readStats();
    const fetched = chunkFetches.filter(({ queryId }) => queryId === submitted.getQueryId());
    expect(fetched.length).toBeLessThanOrEqual(3);
  });

  it("finds a query in the history by its tag, running and finished", async () => {
    const QUERY_TAG = `tag-${randomUUID()}`;
    await server.admin.setFaults([{ kind: "statementSlow", latencyMs: 2000, queryTag: QUERY_TAG }]);
    const submitted = await execute(connection, { sqlText: "SELECT 1", asyncExec: true, parameters: { QUERY_TAG } });
    const find = () =>
      query(
        connection,
        "SELECT QUERY_ID, EXECUTION_STATUS FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE QUERY_TAG = ?",
        { binds: [QUERY_TAG] },
      );
    expect(await find()).toEqual([[submitted.getQueryId(), "RUNNING"]]);
    await fetchResult(connection, submitted.getQueryId());
    expect(await find()).toEqual([[submitted.getQueryId(), "SUCCESS"]]);
  });

  it("cancels a query that the engine is working on", async () => {
    const sqlText = `SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 1000000)) A,
      TABLE(GENERATOR(ROWCOUNT => 1000000)) B WHERE RANDOM() > RANDOM()`;
    const submitted = await execute(connection, { sqlText, asyncExec: true });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await connection.getQueryStatus(submitted.getQueryId())).toBe("RUNNING");
    await new Promise((resolve) => submitted.cancel(resolve as never));
    await expect.poll(() => connection.getQueryStatus(submitted.getQueryId()), { timeout: 5000 }).toBe("ABORTED");
    expect(await query(connection, "SELECT 1")).toEqual([[1]]);
  });

  it("tells of a table that does not exist as Snowflake does", async () => {
    await expect(query(connection, "SELECT * FROM NO_SUCH_TABLE")).rejects.toMatchObject({
      code: "002003",
    });
  });

  it("answers many sessions at once, each with its own parameters", async () => {
    const zones = ["UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York"];
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const TIMEZONE = zones[index % zones.length] ?? "UTC";
        const sqlText = "SELECT TO_VARCHAR('2026-01-01 00:00:00Z'::TIMESTAMP_TZ::TIMESTAMP_LTZ, 'HH24')";
        return query(connection, sqlText, { parameters: { TIMEZONE } });
      }),
    );
    expect(answers.map(([row]) => row?.[0]).slice(0, 4)).toEqual(["00", "01", "09", "19"]);
    expect(answers.map(([row]) => row?.[0]).slice(20)).toEqual(["00", "01", "09", "19"]);
  });
});
