import { describe, expect, it } from "vitest";
import { landTypeText, sameLandType, storageOf } from "./land-type.ts";
import { type ColumnOverride, type LandTarget, planLanding } from "./landing.ts";
import type { SourceColumn } from "./source-table.ts";

const landed = (type: string, target: LandTarget, override?: ColumnOverride) =>
  planLanding([["C", type]], override ? { C: override } : {}, target).map(
    ({ field, part }) => `${field.name} ${landTypeText(field.type)}${field.nullable ? "" : " NOT NULL"}: ${part.kind}`,
  );

describe("planLanding", () => {
  it.each([
    ["NUMBER(18,0) NOT NULL", "C int64 NOT NULL: value", "C int64 NOT NULL: value"],
    ["NUMBER(19,0)", "C decimal(19,0): value", "C decimal(19,0): value"],
    ["NUMBER(38,0)", "C decimal(38,0): value", "C decimal(38,0): value"],
    ["NUMBER(10,2)", "C decimal(10,2): value", "C decimal(10,2): value"],
    ["FLOAT", "C float64: value", "C float64: value"],
    ["DECFLOAT", "C string: text", "C string: text"],
    ["BOOLEAN", "C boolean: value", "C boolean: value"],
    ["VARCHAR(3)", "C string: value", "C string: value"],
    ["BINARY(8)", "C binary: value", "C binary: value"],
    ["DATE", "C date: value", "C date: value"],
    ["TIME(9)", "C string: text", "C time(us): micros"],
    ["TIMESTAMP_NTZ(9)", "C timestamp(us, UTC): micros", "C timestamp(us): micros"],
    ["TIMESTAMP_LTZ(9)", "C timestamp(us, UTC): micros", "C timestamp(us, UTC): micros"],
    ["VARIANT", "C string: text", "C string: text"],
    ["OBJECT", "C string: text", "C string: text"],
    ["ARRAY", "C string: text", "C string: text"],
    ["MAP(VARCHAR, NUMBER)", "C string: text", "C string: text"],
    ["VECTOR(INT, 3)", "C string: text", "C string: text"],
    ["GEOGRAPHY", "C string: text", "C string: text"],
    ["GEOMETRY", "C string: text", "C string: text"],
  ])("lands %s in Delta as %s, in plain Parquet as %s", (type, delta, parquet) => {
    expect(landed(type, "delta")).toEqual([delta]);
    expect(landed(type, "parquet")).toEqual([parquet]);
  });

  it("keeps the offset of a TIMESTAMP_TZ in a column of its own, unless told otherwise", () => {
    expect(landed("TIMESTAMP_TZ(9)", "delta")).toEqual([
      "C timestamp(us, UTC): micros",
      "C_offset_minutes int32: offsetMinutes",
    ]);
    for (const offset of ["truncate", "fail"] as const) {
      const override = { kind: "timestamp", offset } as const;
      expect(landed("TIMESTAMP_TZ(9)", "delta", override)).toEqual(["C timestamp(us, UTC): micros"]);
      expect(planLanding([["C", "TIMESTAMP_TZ(9)"]], { C: override }, "delta")[0]?.part).toEqual({
        kind: "micros",
        nanos: "fail",
        offset,
      });
    }
  });

  it("keeps nanoseconds in a column of their own when asked to, and only where there can be any", () => {
    const keep = { kind: "timestamp", nanos: "keep" } as const;
    expect(landed("TIMESTAMP_NTZ(9) NOT NULL", "delta", keep)).toEqual([
      "C timestamp(us, UTC) NOT NULL: micros",
      "C_nanos int32 NOT NULL: nanos",
    ]);
    expect(landed("TIMESTAMP_NTZ(6)", "delta", keep)).toEqual(["C timestamp(us, UTC): micros"]);
    expect(landed("TIMESTAMP_TZ(7)", "delta", keep)).toEqual([
      "C timestamp(us, UTC): micros",
      "C_nanos int32: nanos",
      "C_offset_minutes int32: offsetMinutes",
    ]);
  });

  it("lands as the definition says", () => {
    expect(landed("NUMBER(38,0)", "delta", { kind: "integer" })).toEqual(["C int64: value"]);
    expect(landed("NUMBER(38,10)", "delta", { kind: "decimal", precision: 12, scale: 2 })).toEqual([
      "C decimal(12,2): value",
    ]);
    expect(landed("TIMESTAMP_TZ(9)", "delta", { kind: "text" })).toEqual(["C string: text"]);
    expect(landed("NUMBER(38,0)", "parquet", { kind: "text" })).toEqual(["C string: text"]);
  });

  it("refuses an override that does not go with the column's type, naming both", () => {
    const refused = (type: string, override: ColumnOverride) => () => landed(type, "delta", override);
    expect(refused("VARCHAR(3)", { kind: "integer" })).toThrow(
      'Column "C": integer() goes with NUMBER, but the column is VARCHAR(3).',
    );
    expect(refused("DATE", { kind: "decimal", precision: 3, scale: 0 })).toThrow(
      /goes with NUMBER or DECFLOAT, but the column is DATE/,
    );
    expect(refused("DATE", { kind: "timestamp" })).toThrow(/timestamp\(\) goes with TIMESTAMP_NTZ/);
  });

  it("keeps the source's order and exact names, and is not fooled by names of object properties", () => {
    const columns: SourceColumn[] = [
      ["b", "DATE"],
      ["toString", "DATE"],
      ["__proto__", "TIMESTAMP_TZ(9)"],
      ["A", "DATE"],
    ];
    expect(planLanding(columns, {}, "delta").map(({ field, source }) => [source, field.name])).toEqual([
      ["b", "b"],
      ["toString", "toString"],
      ["__proto__", "__proto__"],
      ["__proto__", "__proto___offset_minutes"],
      ["A", "A"],
    ]);
  });
});

describe("a land type", () => {
  it("has one storage", () => {
    const decimal = (precision: number) => storageOf({ kind: "decimal", precision, scale: 0 });
    expect([decimal(9), decimal(10), decimal(18), decimal(19), decimal(38)]).toEqual([
      "int32",
      "int64",
      "int64",
      "int128",
      "int128",
    ]);
    expect(storageOf({ kind: "boolean" })).toBe("bit");
    expect(storageOf({ kind: "timestamp", unit: "us", utc: true })).toBe("int64");
  });

  it("is the same as another when every part is", () => {
    expect(
      sameLandType({ kind: "decimal", precision: 10, scale: 2 }, { kind: "decimal", precision: 10, scale: 2 }),
    ).toBe(true);
    expect(
      sameLandType({ kind: "decimal", precision: 10, scale: 2 }, { kind: "decimal", precision: 10, scale: 3 }),
    ).toBe(false);
    expect(
      sameLandType({ kind: "timestamp", unit: "us", utc: true }, { kind: "timestamp", unit: "us", utc: false }),
    ).toBe(false);
  });
});
