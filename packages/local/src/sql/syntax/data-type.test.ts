import { expect, it } from "vitest";
import { printType } from "../types/logical-type.ts";
import { openCursor } from "./cursor.ts";
import { parseDataType } from "./data-type.ts";

it.each([
  ["INT", "NUMBER(38,0)"],
  ["decimal(10)", "NUMBER(10,0)"],
  ["NUMERIC(38, 37)", "NUMBER(38,37)"],
  ["DOUBLE PRECISION", "FLOAT"],
  ["CHAR", "VARCHAR(1)"],
  ["CHAR VARYING (5)", "VARCHAR(5)"],
  ["STRING", "VARCHAR(16777216)"],
  ["VARBINARY(3)", "BINARY(3)"],
  ["TIMESTAMP WITH LOCAL TIME ZONE", "TIMESTAMP_LTZ(9)"],
  ["TIMESTAMPTZ(3)", "TIMESTAMP_TZ(3)"],
  ["DATETIME", "TIMESTAMP_NTZ(9)"],
  ["TIME(0)", "TIME(0)"],
  ["VECTOR(INT, 16)", "VECTOR(INT, 16)"],
])("%s is %s", (written, printed) => {
  expect(printType(parseDataType(openCursor(written)))).toBe(printed);
});

it.each(["NUMBER(39,0)", "NUMBER(5,6)", "TIME(10)", "VECTOR(FLOAT, 0)", "ARRAY(INT)", "DECFLOAT", "MONEY"])(
  "%s is refused",
  (written) => {
    expect(() => parseDataType(openCursor(written))).toThrow();
  },
);

it("gives TIMESTAMP the session's meaning", () => {
  expect(printType(parseDataType(openCursor("TIMESTAMP(6)", "timestamp_ltz")))).toBe("TIMESTAMP_LTZ(6)");
});
