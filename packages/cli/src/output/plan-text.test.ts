import type { PipelinePlan, PlannedDataset } from "@snowmelt/pipeline";
import { expect, test } from "vitest";
import { openPaint } from "../text/paint.ts";
import { planText } from "./plan-text.ts";

const flights: PlannedDataset = {
  status: "planned",
  dataset: "flights",
  source: "AVIATION.PUBLIC.FLIGHTS",
  sync: "incremental",
  action: "land",
  why: "the window holds rows",
  columns: [
    {
      source: "FLIGHT_ID",
      sourceType: "NUMBER(38,0)",
      name: "FLIGHT_ID",
      type: "int64",
      nullable: false,
      part: "value, overflow fails",
    },
    { source: "NOTE", sourceType: "VARCHAR(100)", name: "NOTE", type: "string", nullable: true, part: "value" },
  ],
  key: ["FLIGHT_ID"],
  partitionedBy: ["DATE_month"],
  rules: [{ rule: 'isComplete("NOTE")', onFail: "block" }],
  window: { cursor: "UPDATED_AT", lo: null, hi: "2026-11-23 12:00:00", inclusive: false },
  sourceRows: "3000000",
  sql: 'SELECT "FLIGHT_ID"\nFROM "FLIGHTS"',
  route: "stream",
  routeReason: "the lake is a folder",
  guarantee: { name: "snapshot", text: "read as of one moment" },
  write: "create",
  table: {
    uri: "file:///lake/raw/flights",
    version: null,
    lane: "snowmelt/local/flights/flights/live",
    laneVersion: 0,
  },
  catalog: { database: "snowmelt_raw", table: "flights" },
  extract: { batchRows: 100_000, maxFileBytes: 128_000_000, parallel: 4 },
  notices: [{ code: "CURSOR_SEES_NO_DELETES", message: "deleted rows stay" }],
};

const plan: PipelinePlan = {
  pipeline: "flights",
  environment: "local",
  definitionHash: "sha256:00",
  lake: "file:///lake",
  snapshot: "2026-11-23 12:00:00 Z",
  datasets: [
    flights,
    {
      status: "refused",
      dataset: "gone",
      source: "A.B.GONE",
      code: "OBJECT_NOT_FOUND",
      category: "source",
      message: "A.B.GONE was not found.",
    },
  ],
};

test("a plan says what would be done, from where, to where and how, and what cannot", () => {
  expect(planText(plan, openPaint(false))).toBe(`flights in environment local
  lake        file:///lake
  planned at  2026-11-23 12:00:00 Z
  definition  sha256:00

flights  would land: the window holds rows
  source      AVIATION.PUBLIC.FLIGHTS
  sync        incremental; creates the table, key FLIGHT_ID
  window      UPDATED_AT from the beginning up to, not with, 2026-11-23 12:00:00
  rows there  3,000,000
  guarantee   snapshot: read as of one moment
  route       stream: the lake is a folder
  table       file:///lake/raw/flights, not there yet
  catalog     snowmelt_raw.flights
  lane        snowmelt/local/flights/flights/live, at 0
  partitions  DATE_month
  extract     batches of 100,000 rows, files up to 128 MB, 4 in parallel
  columns
    source     type          lands as   type            how
    FLIGHT_ID  NUMBER(38,0)  FLIGHT_ID  int64 not null  value, overflow fails
    NOTE       VARCHAR(100)  NOTE       string          value
  quality
    isComplete("NOTE")  on failure: block
  notices
    CURSOR_SEES_NO_DELETES: deleted rows stay
  sql
    SELECT "FLIGHT_ID"
    FROM "FLIGHTS"

gone  refused OBJECT_NOT_FOUND
  source  A.B.GONE
  A.B.GONE was not found.
`);
});

test("a hostile name cannot act on the terminal, and colours stay whole", () => {
  const hostile = { ...plan, datasets: [{ ...flights, sql: "SELECT '\u001b[2J'", source: "\u001b]0;x\u0007" }] };
  const text = planText(hostile, openPaint(true));
  expect(text).toContain("SELECT '\\u001b[2J'");
  expect(text.replace(/\u001b\[\d+m/g, "")).not.toContain("\u001b");
  expect(text).not.toContain("\\u001b[2m");
});
