import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await test.run(
    "CREATE TABLE T (A INT NOT NULL, S VARCHAR(3), V VARIANT)",
    "INSERT INTO T SELECT 1, 'x', PARSE_JSON('{\"a\":\"word\"}')",
  );
});
afterAll(() => test[Symbol.asyncDispose]());

it.each([
  ["SELECT * FROM NOPE", "002003", "02000", "Object 'NOPE' does not exist or not authorized."],
  ["SELECT B FROM T", "000904", "42000", "invalid identifier 'B'"],
  ["SELECT A\nFROM T WHERE zz = 1", "000904", "42000", "error line 2 at position 13"],
  ["SELEC 1", "001003", "42000", "unexpected 'SELEC'"],
  ["SELECT 1,,2", "001003", "42000", "syntax error line 1 at position 9 unexpected ','"],
  ["SELECT 'open", "001003", "42000", "unexpected ''open'"],
  ["SELECT A FROM T GROUP BY S", "000979", "42601", "not a valid group by expression"],
  ["SELECT A, A FROM T X JOIN T Y ON X.A = Y.A", "002029", "42601", "ambiguous column name 'A'"],
  ["SELECT NOSUCH(1)", "002140", "42601", "Unknown function NOSUCH"],
  ["SELECT UPPER()", "000938", "22023", "not enough arguments"],
  ["SELECT 'abc'::INT", "100038", "22018", "Numeric value 'abc' is not recognized"],
  ["SELECT '2024-02-30'::DATE", "100040", "22007", "Date '2024-02-30' is not recognized"],
  ["SELECT 'x'::TIMESTAMP_NTZ", "100035", "22007", "Timestamp 'x' is not recognized"],
  ["SELECT PARSE_JSON('{bad')", "100069", "22P02", "Error parsing JSON"],
  ["SELECT V:a::INT FROM T", "100071", "22000", "Failed to cast variant value"],
  ["SELECT 1 / 0", "100051", "22012", "Division by zero"],
  ["SELECT 99999999999999999999999999999999999999 * 10", "100039", "22003", ""],
  ["SELECT 12345::NUMBER(3,0)", "100039", "22003", "out of range"],
  ["INSERT INTO T (A) VALUES (NULL)", "100072", "22000", "NULL result in a non-nullable column"],
  ["INSERT INTO T VALUES (1, 'long!', NULL)", "100078", "22000", "too long"],
  ["INSERT INTO T (A, S) VALUES (1)", "002020", "21S01", "does not match column list"],
  ["CREATE TABLE T (A INT)", "002002", "42710", "already exists"],
  ["SELECT (SELECT column1 FROM VALUES (1), (2))", "090150", "22000", "Single-row subquery"],
  ["SELECT 1; SELECT 2", "000008", "0A000", "statement count"],
  ["SELECT * FROM T PIVOT (SUM(A) FOR S IN ('x'))", "000002", "0A000", "PIVOT"],
  [
    "SELECT * FROM T CHANGES (INFORMATION => DEFAULT) AT (OFFSET => 0)",
    "000707",
    "02000",
    "Change tracking is not enabled",
  ],
  ["SELECT $1 FROM @stage", "000002", "0A000", "stage"],
  ["COPY INTO T FROM @stage", "000002", "0A000", "COPY INTO a table"],
  ["COPY INTO @stage FROM T", "002003", "02000", "Stage 'DB.PUBLIC.STAGE' does not exist or not authorized."],
  ["CREATE TEMPORARY TABLE TT (A INT)", "000002", "0A000", "temporary"],
  ["SELECT TO_VARCHAR(A, S) FROM T", "000002", "0A000", "not a literal"],
  ["SELECT SHA2('a', 512)", "000002", "42000", "512"],
])("%s is refused with %s", async (sql, code, sqlState, message) => {
  const failure = await test.failure(sql);
  expect([failure.code, failure.sqlState]).toEqual([code, sqlState]);
  expect(failure.message).toContain(message);
});

it("says that no database is chosen", async () => {
  const session = { ...test.session, database: null, schema: null };
  expect((await test.failure("SELECT * FROM T", { session })).code).toBe("090105");
});

it("ends a running statement when it is aborted, and serves the next", async () => {
  const abort = new AbortController();
  const running = test.failure(
    "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 100000000)) a, TABLE(GENERATOR(ROWCOUNT => 1000000)) b",
    { signal: abort.signal },
  );
  setTimeout(() => abort.abort(), 100);
  expect((await running).code).toBe("000604");
  expect(await test.cell("SELECT 1")).toBe("1");
});

it("runs what it refused before in a session of its own after an aborted wait for the lock", async () => {
  const other = { ...test.session, parameters: new Map<string, string>() };
  await test.run("BEGIN", "INSERT INTO T (A) VALUES (2)");
  const abort = new AbortController();
  const waiting = test.failure("INSERT INTO T (A) VALUES (3)", { session: other, signal: abort.signal });
  setTimeout(() => abort.abort(), 50);
  expect((await waiting).code).toBe("000604");
  await test.run("ROLLBACK", "INSERT INTO T (A) VALUES (4)");
  expect(await test.rows("SELECT A FROM T ORDER BY A")).toEqual([["1"], ["4"]]);
});
