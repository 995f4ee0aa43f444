import { dataset, delta, incremental, integer, table } from "@snowmelt/core/definition";
import { sourceTable } from "@snowmelt/core/types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookPublished } from "../../src/state/published.ts";
import { type Landscape, openLandscape } from "../landscape.ts";
import { type Driver, openDriver } from "./drive.ts";

let land: Landscape;
let driver: Driver;
beforeAll(async () => {
  land = await openLandscape();
  driver = await openDriver(land);
});
afterAll(() => land[Symbol.asyncDispose]());

const source = sourceTable({
  kind: "table",
  database: "AVIATION",
  schema: "PUBLIC",
  name: "STOPS",
  columns: [
    ["ID", "NUMBER(38,0) NOT NULL"],
    ["UPDATED_AT", "TIMESTAMP_NTZ(6)"],
  ],
});
const stops = dataset({
  source: table(source),
  key: ["ID"],
  sync: incremental({ cursor: "UPDATED_AT", lag: "0 seconds", zone: "UTC", deletes: "ignore" }),
  columns: { ID: integer() },
  land: delta(),
});

test("a run that publishes makes its dataset fresh, rows or none; a slice of the past does not", async () => {
  const now = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ";
  await land.sql(
    "CREATE OR REPLACE TABLE STOPS (ID NUMBER(38,0) NOT NULL, UPDATED_AT TIMESTAMP_NTZ(6))",
    `INSERT INTO STOPS SELECT SEQ4(), ${now} FROM TABLE(GENERATOR(ROWCOUNT => 10))`,
  );
  const pipeline = land.pipeline({ stops });
  const place = { environment: "local", pipeline: pipeline.name, dataset: "stops" };
  const publishedAtMs = async () => (await lookPublished(driver.state, place, 0)).publishedAtMs ?? 0;
  const beganAtMs = Date.now();
  expect((await driver.drive(pipeline, { dataset: "stops" })).failure).toBeUndefined();
  const first = await publishedAtMs();
  expect(first).toBeGreaterThanOrEqual(beganAtMs);
  const nothing = await driver.drive(pipeline, { dataset: "stops" });
  expect(nothing.entry?.counts.extracted).toBe(0);
  const second = await publishedAtMs();
  expect(second).toBeGreaterThan(first);
  const window = { lo: "978307200000000", hi: "980985600000000" };
  const slice = { kind: "slice", slice: { backfillId: "b1", number: 1, of: 1, window } } as const;
  expect((await driver.drive(pipeline, { dataset: "stops", purpose: slice })).failure).toBeUndefined();
  expect(await publishedAtMs()).toBe(second);
});
