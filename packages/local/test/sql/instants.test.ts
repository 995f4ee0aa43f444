import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

/** Three instants of which the first is there with three offsets, and NULL. */
let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await test.run(
    "CREATE TABLE T (Z TIMESTAMP_TZ, N INT)",
    `INSERT INTO T VALUES ('2026-01-01 12:00:00 +00:00', 1), ('2026-01-01 14:00:00 +02:00', 2), ('2026-01-01 04:00:00 -08:00', 4),
      ('2026-01-01 13:00:00 +00:00', 8), (NULL, 16), (NULL, 32)`,
  );
});
afterAll(() => test[Symbol.asyncDispose]());

const sums = async (sql: string) => (await test.rows(sql)).map((row) => row.at(-1)).sort();
const GROUPED = ["48", "7", "8"];

it.each([
  "SELECT Z, SUM(N) FROM T GROUP BY Z",
  "SELECT SUM(N) FROM T GROUP BY Z",
  "SELECT Z AS ZONED, SUM(N) FROM T GROUP BY ZONED",
  "SELECT Z, SUM(N) FROM T GROUP BY 1",
  "SELECT Z, SUM(N) FROM T GROUP BY ALL",
  "SELECT DATEADD(hour, 1, Z) AS LATER, SUM(N) FROM T GROUP BY DATEADD(hour, 1, Z)",
  "SELECT TO_VARCHAR(CONVERT_TIMEZONE('UTC', Z), 'HH24'), SUM(N) FROM T GROUP BY Z",
  "SELECT Z, COUNT(Z), MAX(Z), SUM(N) FROM T GROUP BY Z ORDER BY Z",
])("%s groups by instant", async (sql) => {
  expect(await sums(sql)).toEqual(GROUPED);
});

it("filters groups, and orders by them", async () => {
  const sql =
    "SELECT CONVERT_TIMEZONE('UTC', Z)::TIMESTAMP_NTZ::VARCHAR, SUM(N) FROM T GROUP BY Z HAVING Z IS NOT NULL ORDER BY Z DESC";
  expect(await test.rows(sql)).toEqual([
    ["2026-01-01 13:00:00.000", "8"],
    ["2026-01-01 12:00:00.000", "7"],
  ]);
});

it("shows no value in the total of a ROLLUP", async () => {
  const rows = await test.rows(
    "SELECT Z IS NULL, GROUPING(Z), SUM(N) FROM T WHERE Z IS NOT NULL GROUP BY ROLLUP (Z) ORDER BY 3",
  );
  expect(rows).toEqual([
    ["0", "0", "7"],
    ["0", "0", "8"],
    ["1", "1", "15"],
  ]);
});

it("tells distinct instants, alone and beside others", async () => {
  expect(await test.rows("SELECT DISTINCT Z FROM T")).toHaveLength(3);
  expect(await test.rows("SELECT DISTINCT N % 2, Z FROM T")).toHaveLength(4);
  expect(await test.cell("SELECT COUNT(DISTINCT Z) FROM T")).toBe("2");
});

it("finds an instant in a query, whatever its offset", async () => {
  expect(await test.cell("SELECT COUNT(*) FROM T WHERE Z IN (SELECT '2026-01-01 15:00:00 +03:00'::TIMESTAMP_TZ)")).toBe(
    "3",
  );
});
