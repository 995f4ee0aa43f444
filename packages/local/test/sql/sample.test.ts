import { afterAll, beforeAll, expect, it } from "vitest";
import { changeStatements, loadSample } from "../../src/sample/index.ts";
import { openTestEngine, type TestEngine } from "./test-engine.ts";

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine();
  await loadSample(test.engine);
  await test.run("USE SCHEMA AVIATION.PUBLIC");
}, 240_000);
afterAll(() => test[Symbol.asyncDispose]());

it("holds three million flights with a key and a time of change before today", async () => {
  expect(
    await test.rows(
      "SELECT COUNT(*), COUNT(DISTINCT FLIGHT_ID), MIN(FLIGHT_ID), MAX(FLIGHT_ID), MIN(DATE)::VARCHAR, MAX(UPDATED_AT)::DATE::VARCHAR, SUM(DELAY), COUNT(ORIGIN) FROM FLIGHTS",
    ),
  ).toEqual([
    ["3000000", "3000000", "1", "3000000", "2001-01-01 00:01:00.000", "2001-07-01", expect.any(String), "3000000"],
  ]);
  expect(await test.cell("SELECT COUNT(*) FROM AIRPORTS")).toBe("3376");
  expect(await test.cell("SELECT COUNT(*) FROM ALL_TYPES")).toBe("7");
}, 60_000);

it("is made once", async () => {
  const version = test.engine.state.versions.next();
  await loadSample(test.engine);
  expect(test.engine.state.versions.next()).toBe(version + 1);
});

it("changes as a source would", async () => {
  const before = await test.cell("SELECT MAX(UPDATED_AT) FROM FLIGHTS");
  await test.run(...changeStatements({ inserts: 100, updates: 50 }));
  expect(
    await test.cell(`SELECT COUNT(*) FROM FLIGHTS WHERE UPDATED_AT > TO_TIMESTAMP_NTZ(${before?.split(".")[0]})`),
  ).toBe("150");
  expect(await test.cell("SELECT COUNT(*) FROM FLIGHTS")).toBe("3000100");
}, 120_000);
