import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(() =>
  test.run(
    "CREATE OR REPLACE TABLE T (ID INT IDENTITY(10, 5), N NUMBER(10,2) DEFAULT 1.5, S VARCHAR DEFAULT 'd' || 1)",
  ),
);

const all = () => test.rows("SELECT ID, N, S FROM T ORDER BY ID");

it("numbers an identity and fills defaults", async () => {
  await test.run("INSERT INTO T (N) VALUES (7), (DEFAULT)", "INSERT INTO T (S) SELECT 'q'");
  expect(await all()).toEqual([
    ["10", "7.00", "d1"],
    ["15", "1.50", "d1"],
    ["20", "1.50", "q"],
  ]);
});

it("counts what each statement did", async () => {
  const inserted = await test.ask("INSERT INTO T (ID, N) VALUES (1, 1), (2, 2), (3, 3)");
  expect([inserted.columns[0]?.name, inserted.rows[0]?.[0], inserted.statementTypeId]).toEqual([
    "number of rows inserted",
    "3",
    0x3100,
  ]);
  expect((await test.ask("UPDATE T SET N = N * 10, S = NULL WHERE ID > 1")).rows).toEqual([["2", "0"]]);
  expect((await test.ask("DELETE FROM T WHERE N = 20")).rows).toEqual([["1"]]);
  expect(await all()).toEqual([
    ["1", "1.00", "d1"],
    ["3", "30.00", null],
  ]);
});

it("updates and deletes by another table", async () => {
  await test.run("INSERT INTO T (ID, N) VALUES (1, 1), (2, 2)");
  expect(
    (
      await test.ask(
        "UPDATE T t SET N = s.n FROM (SELECT column1 AS i, column2 AS n FROM VALUES (1, 5), (1, 5), (9, 9)) s WHERE t.ID = s.i",
      )
    ).rows,
  ).toEqual([["1", "1"]]);
  expect((await test.ask("DELETE FROM T USING (SELECT 2 AS i) d WHERE T.ID = d.i")).rows).toEqual([["1"]]);
  expect(await all()).toEqual([["1", "5.00", "d1"]]);
});

it("merges by the first clause that fits", async () => {
  await test.run("INSERT INTO T (ID, N) VALUES (1, 1), (2, 2), (3, 3)");
  const merged =
    await test.ask(`MERGE INTO T USING (SELECT column1 AS ID, column2 AS N FROM VALUES (1, 10), (2, 0), (4, 40), (5, NULL)) s ON T.ID = s.ID
    WHEN MATCHED AND s.N = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET N = s.N, S = 'u'
    WHEN NOT MATCHED AND s.N IS NOT NULL THEN INSERT (ID, N) VALUES (s.ID, s.N)`);
  expect(merged.columns.map(({ name }) => name)).toEqual([
    "number of rows inserted",
    "number of rows updated",
    "number of rows deleted",
  ]);
  expect(merged.rows).toEqual([["1", "1", "1"]]);
  expect(await all()).toEqual([
    ["1", "10.00", "u"],
    ["3", "3.00", "d1"],
    ["4", "40.00", "d1"],
  ]);
  const twice = await test.failure(
    "MERGE INTO T USING (SELECT 1 AS i UNION ALL SELECT 1) s ON T.ID = s.i WHEN MATCHED THEN UPDATE SET N = 0",
  );
  expect(twice.code).toBe("100090");
});

it("takes binds of every type, by place and by number", async () => {
  const binds = {
    "1": { type: "FIXED", value: "12345678901234567890" },
    "2": { type: "TEXT", value: "it's; -- \0 end" },
    "3": { type: "TIMESTAMP_NTZ", value: "-1" },
    "4": { type: "TIMESTAMP_TZ", value: "1700000000123456789 1500" },
    "5": { type: "DATE", value: "-86400000" },
    "6": { type: "TIME", value: "1000000001" },
    "7": { type: "BINARY", value: "00ff" },
    "8": { type: "REAL", value: "0.1" },
    "9": { type: "BOOLEAN", value: "true" },
    "10": { type: "TEXT", value: null },
  };
  expect(await test.rows("SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", { binds })).toEqual([
    [
      "12345678901234567890",
      "it's; -- \0 end",
      "-0.000000001",
      "1700000000.123456789 1500",
      "-1",
      "1.000000001",
      "00FF",
      "1.000000000000000e-01",
      "1",
      null,
    ],
  ]);
  expect(await test.rows("SELECT :2, :1 + 1", { binds })).toEqual([["it's; -- \0 end", "12345678901234567891"]]);
});

it("inserts an array bind as many rows", async () => {
  const binds = { "1": { type: "FIXED", value: ["1", "2", "3"] }, "2": { type: "TEXT", value: ["a", null, "c"] } };
  expect((await test.ask("INSERT INTO T (ID, S) VALUES (?, ?)", { binds })).rows).toEqual([["3"]]);
  expect(await all()).toEqual([
    ["1", "1.50", "a"],
    ["2", "1.50", null],
    ["3", "1.50", "c"],
  ]);
});

it("describes without running", async () => {
  const request = {
    sqlText: "SELECT ID, N + 1 AS M FROM T WHERE S = ?",
    binds: {},
    queryId: "d",
    startedAtMicros: 0n,
    signal: new AbortController().signal,
  };
  const described = await test.engine.describe(test.session, request);
  expect(described.columns.map(({ name, type, precision, scale }) => [name, type, precision, scale])).toEqual([
    ["ID", "fixed", 38, 0],
    ["M", "fixed", 11, 2],
  ]);
  const insert = await test.engine.describe(test.session, { ...request, sqlText: "INSERT INTO T (N) VALUES (1)" });
  expect(insert.statementTypeId).toBe(0x3100);
  expect(await all()).toEqual([]);
});

it("serialises concurrent writers and lets readers read", async () => {
  const writers = Array.from({ length: 10 }, (_, index) =>
    test.ask(`INSERT INTO T (ID) VALUES (${index})`, { session: { ...test.session } }),
  );
  const readers = Array.from({ length: 10 }, () =>
    test.cell("SELECT COUNT(*) FROM T", { session: { ...test.session } }),
  );
  await Promise.all([...writers, ...readers]);
  expect(await test.cell("SELECT COUNT(*) FROM T")).toBe("10");
});

it("creates tables from queries, likenesses and clones", async () => {
  await test.run(
    "INSERT INTO T (ID) VALUES (1)",
    "CREATE TABLE C AS SELECT ID, N * 2 AS M, NULL AS E FROM T",
    "CREATE TABLE L LIKE T",
    "CREATE TABLE K CLONE T",
  );
  expect((await test.rows("DESCRIBE TABLE C")).map(([name, type]) => [name, type])).toEqual([
    ["ID", "NUMBER(38,0)"],
    ["M", "NUMBER(11,2)"],
    ["E", "VARCHAR(16777216)"],
  ]);
  expect([await test.cell("SELECT COUNT(*) FROM L"), await test.cell("SELECT COUNT(*) FROM K")]).toEqual(["0", "1"]);
  await test.run("ALTER TABLE C SWAP WITH L", "DROP TABLE L");
  expect(await test.cell("SELECT COUNT(*) FROM C")).toBe("0");
});
