import { type ColumnOverride, planLanding, type SourceColumn } from "@snowmelt/core/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteIdentifier, quoteText } from "../quote.ts";
import { type PlanUnloadInput, planUnload } from "./plan-unload.ts";
import { unloadRefusals } from "./unload-refusals.ts";

const table = { database: "AVIATION", schema: "PUBLIC", name: "FLIGHTS" };
const stage = { database: "LAKE", schema: "PUBLIC", name: "LANDING" };
const folder = "raw/flights/data/run=6ba7b810/";

const land = (columns: readonly SourceColumn[], overrides: Readonly<Record<string, ColumnOverride>> = {}) =>
  planLanding(columns, overrides, "delta");

const plan = (more: Partial<PlanUnloadInput> = {}) =>
  planUnload({ source: { table }, landed: land([["A", "NUMBER(10,0)"]]), stage, folder, ...more });

const selected = (column: SourceColumn, override?: ColumnOverride): readonly string[] => {
  const landed = land([column], override ? { [column[0]]: override } : {});
  const [, list = ""] = /SELECT\n([\s\S]*)\nFROM "AVIATION"/.exec(plan({ landed }).sql) ?? [];
  return list.split(",\n").map((line) => line.trim());
};

describe("planUnload", () => {
  it("writes every setting that decides about types, names and files", () => {
    const landed = land([
      ["FLIGHT_ID", "NUMBER(18,0) NOT NULL"],
      ["DATE", "DATE"],
      ["ORIGIN", "VARCHAR(3)"],
    ]);
    const { sql, parameters, partitions, role } = plan({
      landed,
      atMicros: 1_767_225_600_000_001n,
      window: {
        cursor: { column: "UPDATED_AT", type: { kind: "timestamp_ntz", scale: 9 }, zone: "UTC" },
        lo: { kind: "instant", micros: 0n },
        hi: { kind: "instant", micros: 1_767_225_000_000_000n },
      },
      partitionBy: [{ kind: "month", column: "DATE" }],
      role: "LOADER",
      timeoutSeconds: 3600,
    });
    expect(sql).toBe(
      [
        `COPY INTO '@"LAKE"."PUBLIC"."LANDING"/raw/flights/data/run=6ba7b810/'`,
        "FROM (",
        "SELECT",
        '  CAST(s."FLIGHT_ID" AS BIGINT) AS "FLIGHT_ID",',
        '  s."DATE" AS "DATE",',
        '  s."ORIGIN" AS "ORIGIN"',
        `FROM "AVIATION"."PUBLIC"."FLIGHTS" AT(TIMESTAMP => '2026-01-01T00:00:00.000001+00:00'::TIMESTAMP_TZ) AS s`,
        `WHERE s."UPDATED_AT" >= '1970-01-01T00:00:00.000000'::TIMESTAMP_NTZ AND s."UPDATED_AT" < '2025-12-31T23:50:00.000000'::TIMESTAMP_NTZ`,
        ")",
        `PARTITION BY ('DATE_month=' || NVL(TO_VARCHAR("DATE", 'YYYY-MM'), '__HIVE_DEFAULT_PARTITION__'))`,
        "FILE_FORMAT = (TYPE = PARQUET COMPRESSION = SNAPPY)",
        "MAX_FILE_SIZE = 268435456",
        "INCLUDE_QUERY_ID = TRUE",
        "DETAILED_OUTPUT = TRUE",
        "HEADER = TRUE",
      ].join("\n"),
    );
    expect(parameters).toEqual({
      TIMEZONE: "UTC",
      ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION: false,
      QUOTED_IDENTIFIERS_IGNORE_CASE: false,
      STATEMENT_TIMEOUT_IN_SECONDS: 3600,
    });
    expect(partitions).toHaveLength(1);
    expect(role).toBe("LOADER");
    expect(sql).not.toMatch(/OVERWRITE|SINGLE|VALIDATION_MODE/);
  });

  it("casts each type to the one that the file must hold", () => {
    expect(selected(["C", "NUMBER(10,2)"])).toEqual(['CAST(s."C" AS NUMBER(10,2)) AS "C"']);
    expect(selected(["C", "FLOAT"])).toEqual(['s."C" AS "C"']);
    expect(selected(["C", "BINARY(10)"])).toEqual(['s."C" AS "C"']);
    expect(selected(["C", "TIMESTAMP_LTZ(3)"])).toEqual([
      `CAST(CONVERT_TIMEZONE('UTC', s."C")::TIMESTAMP_NTZ AS TIMESTAMP_NTZ(6)) AS "C"`,
    ]);
    expect(selected(["C", "TIMESTAMP_NTZ(9)"], { kind: "timestamp", nanos: "truncate" })).toEqual([
      `CAST(DATE_TRUNC('MICROSECOND', s."C") AS TIMESTAMP_NTZ(6)) AS "C"`,
    ]);
    expect(selected(["C", "DECFLOAT"])).toEqual(['TO_VARCHAR(s."C") AS "C"']);
    expect(selected(["C", "VARIANT"])).toEqual(['TO_JSON(s."C") AS "C"']);
  });

  it("guards what may not fit, and nothing else", () => {
    expect(selected(["C", "NUMBER(18,0)"], { kind: "integer" })).toEqual(['CAST(s."C" AS BIGINT) AS "C"']);
    expect(selected(["C", "TIMESTAMP_NTZ(6)"])).toEqual(['CAST(s."C" AS TIMESTAMP_NTZ(6)) AS "C"']);
    expect(selected(["C", "NUMBER(38,0)"], { kind: "integer" })).toEqual([
      `CAST(s."C" + TO_NUMBER(IFF(s."C" < -9223372036854775808 OR s."C" > 9223372036854775807, 'snowmelt:bits:0:' || LEFT(TO_VARCHAR(s."C"), 80), '0')) AS BIGINT) AS "C"`,
    ]);
    expect(selected(["C", "NUMBER(12,4)"], { kind: "decimal", precision: 8, scale: 2 })).toEqual([
      `CAST(s."C" + TO_NUMBER(IFF(s."C" <> TRUNC(s."C", 2), 'snowmelt:fraction:0:' || LEFT(TO_VARCHAR(s."C"), 80), '0')) + TO_NUMBER(IFF(ABS(s."C") >= 1000000, 'snowmelt:digits:0:' || LEFT(TO_VARCHAR(s."C"), 80), '0')) AS NUMBER(8,2)) AS "C"`,
    ]);
  });

  it("refuses a folder that is not one attempt's own, and file sizes that Snowflake has not", () => {
    for (const bad of ["", "/", "a", "/a/", "a//b/", "a/../b/", "./a/", "a\n/"]) {
      expect(() => plan({ folder: bad }), bad).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
    }
    for (const maxFileBytes of [0, 1.5, 5_368_709_121, Number.NaN]) {
      expect(() => plan({ maxFileBytes })).toThrow(/maxFileBytes/);
    }
    expect(() => plan({ landed: [] })).toThrow(/at least one column/);
    expect(() => plan({ source: { query: "SELECT 1 AS A" }, atMicros: 0n })).toThrow(/AT\(TIMESTAMP\)/);
  });

  it("takes a few rows for a probe", () => {
    expect(plan({ maxRows: 1 }).sql).toContain('FROM "AVIATION"."PUBLIC"."FLIGHTS" AS s\nLIMIT 1\n)\nFILE_FORMAT');
    expect(() => plan({ maxRows: 0 })).toThrow(/maxRows/);
  });

  it("quotes every name, of the source, the stage and the file", () => {
    const name = fc
      .string({ unit: "binary", minLength: 1, maxLength: 255 })
      .filter((text) => !text.includes("\0") && [...text].length <= 255);
    fc.assert(
      fc.property(name, name, name, (source, column, stageName) => {
        const { sql } = planUnload({
          source: { table: { ...table, name: source } },
          landed: land([[column, "VARCHAR(10)"]]),
          stage: { ...stage, name: stageName },
          folder: "o'k \\ é/",
          partitionBy: [{ kind: "identity", column }],
        });
        const target = quoteText(`@"LAKE"."PUBLIC".${quoteIdentifier(stageName)}/o'k \\ é/`);
        const quoted = quoteIdentifier(column);
        expect(sql.startsWith(`COPY INTO ${target}\nFROM (\nSELECT\n  s.${quoted} AS ${quoted}\nFROM `)).toBe(true);
        expect(sql).toContain(`\nFROM "AVIATION"."PUBLIC".${quoteIdentifier(source)} AS s\n)\nPARTITION BY (`);
      }),
    );
  });
});

describe("unloadRefusals", () => {
  it("are none for what lands exactly, whatever the policies", () => {
    const timestamp = (nanos: "fail" | "truncate" | "keep", offset: "fail" | "truncate" | "keep"): ColumnOverride => ({
      kind: "timestamp",
      nanos,
      offset,
    });
    for (const nanos of ["fail", "truncate", "keep"] as const) {
      for (const offset of ["fail", "truncate", "keep"] as const) {
        expect(unloadRefusals({ landed: land([["T", "TIMESTAMP_TZ(9)"]], { T: timestamp(nanos, offset) }) })).toEqual(
          [],
        );
      }
    }
    const types = [
      "NUMBER(38,10)",
      "FLOAT",
      "DECFLOAT",
      "BOOLEAN",
      "VARCHAR",
      "BINARY",
      "DATE",
      "TIME(9)",
      "VARIANT",
      "OBJECT",
      "ARRAY",
      "MAP",
      "GEOGRAPHY",
      "GEOMETRY",
      "VECTOR(INT, 3)",
    ];
    expect(unloadRefusals({ landed: land(types.map((type, index): SourceColumn => [`C${index}`, type])) })).toEqual([]);
  });

  it("name the column that cannot be landed as a stream lands it, and planUnload refuses it too", () => {
    const landed = land([["D", "DECFLOAT"]], { D: { kind: "decimal", precision: 10, scale: 2 } });
    expect(unloadRefusals({ landed })).toEqual([
      { column: "D", reason: expect.stringContaining("DECFLOAT is not cast to decimal(10,2)") },
    ]);
    expect(() => plan({ landed })).toThrow(/Column "D" cannot be unloaded: DECFLOAT/);
  });

  it("name a rule that splits rows off", () => {
    const landed = land([["A", "NUMBER(10,0)"]]);
    const rule = (onFail: "block" | "quarantine") => ({ kind: "isComplete", column: "A", onFail }) as const;
    expect(unloadRefusals({ landed, quality: [rule("block")] })).toEqual([]);
    expect(unloadRefusals({ landed, quality: [rule("block"), rule("quarantine")] })).toEqual([
      { reason: expect.stringContaining("quarantines rows") },
    ]);
  });
});
