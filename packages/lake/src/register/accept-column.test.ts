import type { Field, LandType } from "@snowmelt/core/types";
import { describe, expect, it } from "vitest";
import { Physical } from "../parquet/format/format.ts";
import type { FileColumn } from "../parquet/index.ts";
import { refuseColumn } from "./accept-column.ts";

const columnOf = (type: LandType, physical: number, more: Partial<FileColumn> = {}): FileColumn => ({
  name: "X",
  leaf: 0,
  nullable: true,
  physical,
  typeLength: 0,
  type,
  refusal: undefined,
  unitsPerValue: 1,
  isUnsigned: false,
  ...more,
});
const fieldOf = (type: LandType): Field => ({ name: "X", type, nullable: true });
const decimal = (precision: number, scale = 0): LandType => ({ kind: "decimal", precision, scale });

describe("a column of a file", () => {
  it.each([
    [9, Physical.INT32, 0, true],
    [10, Physical.INT32, 0, false],
    [9, Physical.INT64, 0, true],
    [18, Physical.INT64, 0, true],
    [19, Physical.INT64, 0, false],
    [38, Physical.FIXED_LEN_BYTE_ARRAY, 16, true],
    [38, Physical.FIXED_LEN_BYTE_ARRAY, 15, false],
    [9, Physical.FIXED_LEN_BYTE_ARRAY, 4, true],
    [10, Physical.FIXED_LEN_BYTE_ARRAY, 4, false],
    [38, Physical.FIXED_LEN_BYTE_ARRAY, 17, false],
    [9, Physical.BYTE_ARRAY, 0, false],
  ])("of %i digits in physical type %i of %i bytes is taken: %s", (precision, physical, typeLength, isTaken) => {
    const type = decimal(precision);
    expect(refuseColumn(fieldOf(type), columnOf(type, physical, { typeLength })) === undefined).toBe(isTaken);
  });

  it("is refused with what was expected and what was found", () => {
    const instant: LandType = { kind: "timestamp", unit: "us", utc: true };
    expect(refuseColumn(fieldOf(instant), columnOf(instant, Physical.INT64))).toBeUndefined();
    expect(refuseColumn(fieldOf(instant), columnOf(instant, Physical.INT64, { unitsPerValue: 1000 }))).toEqual({
      column: "X",
      expected: "INT64 as timestamp(us, UTC)",
      found: "INT64 as timestamp(us, UTC), in milliseconds",
    });
    expect(refuseColumn(fieldOf(decimal(9, 2)), columnOf(decimal(9, 1), Physical.INT32))).toEqual({
      column: "X",
      expected: "INT32 or INT64 or FIXED_LEN_BYTE_ARRAY as decimal(9,2)",
      found: "INT32 as decimal(9,1)",
    });
  });
});
