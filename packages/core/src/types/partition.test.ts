import { describe, expect, it } from "vitest";
import type { Field } from "./column-batch.ts";
import { type PartitionKind, partitionField } from "./partition.ts";

const fields: Field[] = [
  { name: "Day", type: { kind: "date" }, nullable: false },
  { name: "AT", type: { kind: "timestamp", unit: "us", utc: true }, nullable: true },
  { name: "ORIGIN", type: { kind: "string" }, nullable: true },
  { name: "SHARE", type: { kind: "float64" }, nullable: true },
  { name: "at_YEAR", type: { kind: "string" }, nullable: true },
];
const of = (kind: PartitionKind, column: string) => () => partitionField({ kind, column }, fields);

describe("partitionField", () => {
  it("derives a column named after its source, in the source's case, as nullable as it", () => {
    expect(of("month", "Day")()).toEqual({ name: "Day_month", type: { kind: "string" }, nullable: false });
    expect(of("year", "Day")()).toEqual({ name: "Day_year", type: { kind: "int32" }, nullable: false });
    expect(of("day", "AT")()).toEqual({ name: "AT_day", type: { kind: "date" }, nullable: true });
    expect(of("hour", "AT")()).toEqual({ name: "AT_hour", type: { kind: "string" }, nullable: true });
  });

  it("partitions by the column itself for identity", () => {
    expect(of("identity", "ORIGIN")()).toBe(fields[2]);
  });

  it("refuses a column that is not there, does not fit or whose derived name is taken", () => {
    expect(of("month", "day")).toThrow(/month\("day"\): there is no such column. Columns: Day, AT/);
    expect(of("hour", "Day")).toThrow(/expected a column of timestamp, but it lands as date/);
    expect(of("identity", "AT")).toThrow(/expected a column of boolean, int32, int64, decimal, date, string/);
    expect(of("identity", "SHARE")).toThrow(/but it lands as float64/);
    expect(of("year", "AT")).toThrow(/derives the column AT_year, but the source has at_YEAR already/);
  });
});
