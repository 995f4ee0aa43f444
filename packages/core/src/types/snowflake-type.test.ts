import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseSnowflakeColumnType,
  parseSnowflakeType,
  type SnowflakeType,
  snowflakeTypeText,
} from "./snowflake-type.ts";

const scale = fc.integer({ min: 0, max: 9 });
const types: fc.Arbitrary<SnowflakeType> = fc.oneof(
  fc.record({
    kind: fc.constant("number"),
    precision: fc.integer({ min: 1, max: 38 }),
    scale: fc.integer({ min: 0, max: 37 }),
  }),
  fc.record({ kind: fc.constantFrom("text", "binary"), length: fc.integer({ min: 1, max: 16_777_216 }) }),
  fc.record({ kind: fc.constantFrom("time", "timestamp_ntz", "timestamp_ltz", "timestamp_tz"), scale }),
  fc.record({
    kind: fc.constant("vector"),
    element: fc.constantFrom("INT", "FLOAT"),
    dimension: fc.integer({ min: 1, max: 4096 }),
  }),
  fc.constantFrom<SnowflakeType>(
    { kind: "float" },
    { kind: "decfloat" },
    { kind: "boolean" },
    { kind: "date" },
    { kind: "variant" },
    { kind: "object" },
    { kind: "array" },
    { kind: "map" },
    { kind: "geography" },
    { kind: "geometry" },
  ),
) as fc.Arbitrary<SnowflakeType>;

describe("a Snowflake type", () => {
  it("is read back from its canonical text", () => {
    fc.assert(
      fc.property(types, fc.boolean(), (type, nullable) => {
        const text = snowflakeTypeText(type);
        expect(parseSnowflakeType(text)).toEqual(type);
        expect(parseSnowflakeType(text.toLowerCase())).toEqual(type);
        expect(parseSnowflakeColumnType(nullable ? text : `${text} NOT NULL`)).toEqual({ type, nullable });
      }),
    );
  });

  it.each([
    ["NUMBER", "NUMBER(38,0)"],
    ["decimal(10)", "NUMBER(10,0)"],
    ["numeric( 10 , 2 )", "NUMBER(10,2)"],
    ["INTEGER", "NUMBER(38,0)"],
    ["byteint", "NUMBER(38,0)"],
    ["double precision", "FLOAT"],
    ["REAL", "FLOAT"],
    ["STRING", "VARCHAR(16777216)"],
    ["CHAR", "VARCHAR(1)"],
    ["CHAR VARYING(7)", "VARCHAR(7)"],
    ["VARBINARY", "BINARY(8388608)"],
    ["DATETIME", "TIMESTAMP_NTZ(9)"],
    ["TIMESTAMP WITH TIME ZONE", "TIMESTAMP_TZ(9)"],
    ["timestamp with local time zone(3)", "TIMESTAMP_LTZ(3)"],
    ["TIME(0)", "TIME(0)"],
    ["ARRAY(NUMBER(38,0))", "ARRAY"],
    ["MAP(VARCHAR, NUMBER(38,0))", "MAP"],
    ["OBJECT(a NUMBER, b VARCHAR(5))", "OBJECT"],
    ["VECTOR(FLOAT, 256)", "VECTOR(FLOAT, 256)"],
  ])("%s is %s", (written, canonical) => {
    expect(snowflakeTypeText(parseSnowflakeType(written))).toBe(canonical);
  });

  it.each([
    "",
    "NUMBR",
    "NUMBER(",
    "NUMBER(a)",
    "NUMBER(10,-2)",
    "VECTOR(TEXT, 3)",
    "NUMBER(10); DROP TABLE t",
    "VARCHAR(1) NULL",
  ])("%j is refused by name", (text) => {
    expect(() => parseSnowflakeType(text)).toThrow(
      expect.objectContaining({ code: "TYPE_UNSUPPORTED", message: expect.stringContaining(JSON.stringify(text)) }),
    );
  });
});
