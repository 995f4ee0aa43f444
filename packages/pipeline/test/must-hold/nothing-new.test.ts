import { dataset, delta, full, incremental, query, table } from "@snowmelt/core/definition";
import { freshness, isComplete, rowCount } from "@snowmelt/core/quality";
import { sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runBackfill } from "../../src/index.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { createPeople, peopleColumns, peoplePipeline } from "./people.ts";

let land: Landscape;
beforeAll(async () => {
  land = await openLandscape();
});
afterAll(() => land[Symbol.asyncDispose]());

const laterBy = (ms: number) => ({
  nowMs: () => Date.now() + ms,
  monotonicMs: () => performance.now(),
  sleep: async () => {},
});
const twoDays = 2 * 86_400_000;

describe("a run that finds nothing new", () => {
  test("holds the newest value of the table against freshness, and fails when that is too old", async () => {
    await createPeople(land, "STALE", 20);
    const pipeline = peoplePipeline(land, "STALE", {
      quality: [freshness("UPDATED_AT", "1 day"), isComplete("NAME"), rowCount(">", 5)],
    });
    expect((await land.run(pipeline)).datasets[0]?.rules.map(({ passed }) => passed)).toEqual([true, true, true]);
    const soon = (await land.run(pipeline)).datasets;
    expect(soon).toMatchObject([
      {
        outcome: "empty",
        rules: [{ rule: "newest UPDATED_AT is at most 1 day old", passed: true }],
        notices: [{ code: "RULES_NOT_EVALUATED", message: expect.stringContaining("of: row count > 5.") }],
      },
    ]);
    const late = (await land.run(pipeline, { clock: laterBy(twoDays) })).datasets;
    expect(late).toMatchObject([
      { outcome: "failed", rules: [{ passed: false }], failure: { code: "QUALITY_BLOCKED", stage: "check" } },
    ]);
    expect((await land.run(pipeline)).status).toBe("succeeded");
  });

  test("says so where the rule only warns, and does not fail", async () => {
    await createPeople(land, "WARNED", 20);
    const pipeline = peoplePipeline(land, "WARNED", {
      quality: [freshness("UPDATED_AT", "1 day", { onFail: "warn" })],
    });
    await land.run(pipeline);
    expect((await land.run(pipeline, { clock: laterBy(twoDays) })).datasets).toMatchObject([
      { outcome: "empty", rules: [{ passed: false, measured: expect.stringMatching(/ old \(\d/) }] },
    ]);
  });

  test("of an unchanged source counts the rows of the table", async () => {
    await createPeople(land, "COUNTED", 20);
    const source = table(
      sourceTable({ kind: "table", database: "AVIATION", schema: "PUBLIC", name: "COUNTED", columns: peopleColumns }),
    );
    const quality = [rowCount("=", 20), isComplete("NAME")];
    const pipeline = land.pipeline({ counted: dataset({ source, sync: full(), land: delta(), quality }) });
    await land.run(pipeline);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      {
        outcome: "unchanged",
        rules: [{ rule: "row count = 20", measured: "20", passed: true }],
        notices: [],
      },
    ]);
  });

  test("is the same for a source that has to be read to find out, whose guarantee is the weaker one by name", async () => {
    await createPeople(land, "READ", 20);
    const source = query({ name: "read", sql: "SELECT * FROM AVIATION.PUBLIC.READ", columns: peopleColumns });
    const sync = incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" });
    const quality = [freshness("UPDATED_AT", "1 day"), rowCount(">", 5)];
    const pipeline = land.pipeline({
      read: dataset({ source, key: ["ID"], sync, land: delta(), quality }),
    });
    const first = (await land.run(pipeline)).datasets;
    expect(first.map(({ failure }) => failure)).toEqual([null]);
    expect(first).toMatchObject([
      {
        outcome: "committed",
        guarantee: "statement",
        notices: [{ code: "WEAKER_GUARANTEE" }],
      },
    ]);
    expect((await land.run(pipeline)).datasets).toMatchObject([
      { outcome: "empty", failure: null, rules: [{ passed: true }] },
    ]);
  });
});

test("slices of the past are not held against freshness and row counts, and say so", async () => {
  await createPeople(land, "OLD", 20);
  await land.sql("UPDATE OLD SET UPDATED_AT = '2020-01-01'::TIMESTAMP_NTZ");
  const manifest = await runBackfill(
    peoplePipeline(land, "OLD", {
      quality: [freshness("UPDATED_AT", "1 day"), rowCount(">", 500), isComplete("NAME")],
    }),
    {
      environment: "local",
      secrets: land.secrets,
      stateRoot: `${land.directory}/state`,
      runsRoot: `${land.directory}/runs`,
      range: { lo: "2019-01-01", hi: "2021-01-01" },
    },
  );
  expect(manifest.datasets).toMatchObject([
    {
      outcome: "committed",
      rules: [{ rule: "NAME is complete" }],
      notices: [{ code: "RULES_NOT_EVALUATED", message: expect.stringContaining("row count > 500") }],
    },
  ]);
});
