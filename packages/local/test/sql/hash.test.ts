import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await test.run(
    "CREATE DATABASE HASHES",
    "CREATE TABLE T (A NUMBER, B VARCHAR, C TIMESTAMP_NTZ)",
    "INSERT INTO T VALUES (1, 'x', '2026-01-01'), (2, 'y', NULL), (2, 'y', NULL), (3, NULL, '2026-01-03')",
  );
});
afterAll(() => test[Symbol.asyncDispose]());

const cell = (sql: string) => test.cell(sql);

it("HASH(*) is the hash of the columns in their order, of one relation where it is named", async () => {
  const rows = async (expression: string) => (await test.rows(`SELECT ${expression} FROM T ORDER BY A`)).flat();
  const named = await rows("HASH(A, B, C)");
  expect(await rows("HASH(*)")).toEqual(named);
  expect(await rows("HASH(T.*)")).toEqual(named);
  expect(await rows("HASH(C, B, A)")).not.toEqual(named);
  expect(await rows("HASH(* EXCLUDE (B))")).toEqual(await rows("HASH(A, C)"));
  expect(await cell("SELECT COUNT_IF(HASH(L.*) = HASH(R.*)) FROM T L JOIN T R ON L.A = R.A")).toBe("6");
});

it("HASH_AGG(*) tells what rows there are and how often, in whatever order, and 0 for none", async () => {
  const all = await cell("SELECT HASH_AGG(*) FROM T");
  expect(await cell("SELECT HASH_AGG(A, B, C) FROM T")).toBe(all);
  expect(await cell("SELECT HASH_AGG(*) FROM (SELECT * FROM T ORDER BY A DESC)")).toBe(all);
  expect(await cell("SELECT HASH_AGG(*) FROM (SELECT DISTINCT * FROM T)")).not.toBe(all);
  expect(await cell("SELECT HASH_AGG(DISTINCT A, B, C) FROM T")).toBe(
    await cell("SELECT HASH_AGG(*) FROM (SELECT DISTINCT * FROM T)"),
  );
  expect(await cell("SELECT HASH_AGG(*) FROM T WHERE A > 9")).toBe("0");
});

it("HASH_AGG(*) of groups and as a window sees the rows of each", async () => {
  const grouped = await test.rows("SELECT A, HASH_AGG(*) FROM T GROUP BY A ORDER BY A");
  for (const [a, hash] of grouped) expect(await cell(`SELECT HASH_AGG(*) FROM T WHERE A = ${a}`)).toBe(hash);
  expect(await test.rows("SELECT DISTINCT A, HASH_AGG(*) OVER (PARTITION BY A) FROM T ORDER BY A")).toEqual(grouped);
});

it("refuses a star where no rows are and in functions that take none", async () => {
  expect(await test.failure("SELECT HASH(*)")).toMatchObject({ code: "001003" });
  expect(await test.failure("SELECT UPPER(*) FROM T")).toMatchObject({ code: "000938" });
  expect(await test.failure("SELECT COUNT(* EXCLUDE (A)) FROM T")).toMatchObject({ code: "001003" });
});
