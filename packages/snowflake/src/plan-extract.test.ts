import { planLanding } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planExtract } from "./plan-extract.ts";
import { quoteIdentifier } from "./quote.ts";

const table = { database: "AVIATION", schema: "PUBLIC", name: "FLIGHTS" };

describe("planExtract", () => {
  it("writes one text column for each source column, of a snapshot and a window", () => {
    const landed = planLanding(
      [
        ["FLIGHT_ID", "NUMBER(38,0) NOT NULL"],
        ["ORIGIN", "VARCHAR(3)"],
        ["UPDATED_AT", "TIMESTAMP_NTZ(9)"],
      ],
      { FLIGHT_ID: { kind: "integer" } },
      "delta",
    );
    const plan = planExtract({
      source: { table },
      landed,
      atMicros: 1_767_225_600_000_001n,
      window: {
        cursor: { column: "UPDATED_AT", type: { kind: "timestamp_ntz", scale: 9 }, zone: "UTC" },
        lo: { kind: "instant", micros: 0n },
        hi: { kind: "instant", micros: 1_767_225_000_000_000n },
      },
      role: "LOADER",
    });
    expect(plan.sql).toBe(
      [
        "SELECT",
        '  TO_VARCHAR(s."FLIGHT_ID") AS "C0",',
        '  s."ORIGIN" AS "C1",',
        `  TO_VARCHAR(s."UPDATED_AT", 'YYYY-MM-DD"T"HH24:MI:SS.FF9') AS "C2"`,
        `FROM "AVIATION"."PUBLIC"."FLIGHTS" AT(TIMESTAMP => '2026-01-01T00:00:00.000001+00:00'::TIMESTAMP_TZ) AS s`,
        `WHERE s."UPDATED_AT" >= '1970-01-01T00:00:00.000000'::TIMESTAMP_NTZ AND s."UPDATED_AT" < '2025-12-31T23:50:00.000000'::TIMESTAMP_NTZ`,
      ].join("\n"),
    );
    expect(plan.fields.map(({ name }) => name)).toEqual(["FLIGHT_ID", "ORIGIN", "UPDATED_AT"]);
    expect(plan.role).toBe("LOADER");
  });

  it("reads a timestamp once for all the columns it lands as", () => {
    const landed = planLanding([["AT", "TIMESTAMP_TZ(9)"]], { AT: { kind: "timestamp", nanos: "keep" } }, "delta");
    const plan = planExtract({ source: { table }, landed });
    expect(plan.fields.map(({ name }) => name)).toEqual(["AT", "AT_nanos", "AT_offset_minutes"]);
    expect(plan.cells).toHaveLength(1);
    expect(plan.cells[0]?.outputs.map(({ field }) => field)).toEqual([0, 1, 2]);
  });

  it("wraps a query on lines of its own, without its last semicolon", () => {
    const landed = planLanding([["A", "NUMBER(10,0)"]], {}, "delta");
    expect(planExtract({ source: { query: "SELECT 1 AS A -- one\n;" }, landed }).sql).toBe(
      'SELECT\n  TO_VARCHAR(s."A") AS "C0"\nFROM (\nSELECT 1 AS A -- one\n\n) AS s',
    );
  });

  it("refuses a snapshot of a query, and a plan without columns", () => {
    const landed = planLanding([["A", "NUMBER(10,0)"]], {}, "delta");
    expect(() => planExtract({ source: { query: "SELECT 1 AS A" }, landed, atMicros: 0n })).toThrow(
      expect.objectContaining({ code: "PLAN_INVALID" }),
    );
    expect(() => planExtract({ source: { table }, landed: [] })).toThrow(/at least one column/);
  });

  it("quotes every name of the source", () => {
    const name = fc
      .string({ unit: "binary", minLength: 1, maxLength: 255 })
      .filter((text) => !text.includes("\0") && [...text].length <= 255);
    fc.assert(
      fc.property(name, name, name, name, (database, schema, table, column) => {
        const landed = planLanding([[column, "VARCHAR(10)"]], {}, "delta");
        const { sql } = planExtract({ source: { table: { database, schema, name: table } }, landed });
        const quoted = [database, schema, table].map(quoteIdentifier).join(".");
        expect(sql).toBe(`SELECT\n  s.${quoteIdentifier(column)} AS "C0"\nFROM ${quoted} AS s`);
      }),
    );
  });
});
