import type { Field, LandType } from "@snowmelt/core/types";
import { describe, expect, it } from "vitest";
import { compareSchema } from "./compare-schema.ts";
import { parseSchemaString, toDeltaFields, toLandFields, toSchemaString } from "./schema.ts";

const types: Record<string, LandType> = {
  boolean: { kind: "boolean" },
  integer: { kind: "int32" },
  long: { kind: "int64" },
  double: { kind: "float64" },
  date: { kind: "date" },
  string: { kind: "string" },
  binary: { kind: "binary" },
  "decimal(38,10)": { kind: "decimal", precision: 38, scale: 10 },
  timestamp: { kind: "timestamp", unit: "us", utc: true },
  timestamp_ntz: { kind: "timestamp", unit: "us", utc: false },
};
const field = (name: string, type: LandType = { kind: "int64" }, nullable = true): Field => ({ name, type, nullable });

describe("schemaString", () => {
  it.each(Object.entries(types))("writes %s exactly and reads it back", (deltaType, type) => {
    const text = toSchemaString(toDeltaFields([field("C", type, false)]));
    expect(text).toBe(`{"type":"struct","fields":[{"name":"C","type":"${deltaType}","nullable":false,"metadata":{}}]}`);
    expect(toLandFields(parseSchemaString(text))).toEqual([field("C", type, false)]);
  });

  it("keeps order, nested types and metadata of other writers, number for number", () => {
    const text =
      '{"type":"struct","fields":[{"name":"b","type":{"type":"array","elementType":"long","containsNull":true},"nullable":true,"metadata":{"id":9007199254740993}},{"name":"a","type":"short","nullable":false,"metadata":{}}]}';
    expect(toSchemaString(parseSchemaString(text))).toBe(text);
    expect(() => toLandFields(parseSchemaString(text))).toThrow(/Column b has the Delta type/);
  });

  it.each([
    [{ kind: "time", unit: "us" } as const, /time\(us\), which Delta has no type for/],
    [{ kind: "timestamp", unit: "ns", utc: true } as const, /timestamp\(ns, UTC\)/],
  ])("refuses a type Delta has not, naming the column", (type, message) => {
    expect(() => toDeltaFields([field("AT", type)])).toThrow(message);
  });

  it.each([[["a", "A"]], [["a b"]], [["x=y"]], [[""]]])("refuses the names %j", (names) => {
    expect(() => toDeltaFields(names.map((name) => field(name)))).toThrow(/one name to Delta|Rename it/);
  });
});

describe("compareSchema", () => {
  const table = {
    schemaString: toSchemaString(toDeltaFields([field("A", undefined, false), field("B")])),
    partitionColumns: [],
  };
  const compare = (fields: Field[], partitionColumns: string[] = []) =>
    compareSchema(table, { fields, partitionColumns });

  it("finds equal schemas equal, whatever the order, and fills a column that is missing with NULL", () => {
    expect(compare([field("B"), field("A", undefined, false)])).toMatchObject({ kind: "equal" });
    expect(compare([field("A", undefined, false)])).toMatchObject({ kind: "equal" });
  });

  it("offers new nullable columns and a relaxed NOT NULL", () => {
    expect(compare([field("A"), field("B"), field("C", { kind: "string" })])).toEqual({
      kind: "evolvable",
      fields: [field("A"), field("B"), field("C", { kind: "string" })],
      added: ["C"],
      relaxed: ["A"],
    });
  });

  it.each([
    [
      [field("A", { kind: "string" }, false), field("B")],
      { column: "A", reason: "type", expected: "int64", found: "string" },
    ],
    [[field("A", undefined, false), field("b")], { column: "b", reason: "case", expected: "B" }],
  ])("names the column that does not fit: %#", (fields, expected) => {
    expect(compare(fields)).toMatchObject({ kind: "incompatible", ...expected });
  });

  it("tells another partitioning", () => {
    expect(compare([field("A", undefined, false), field("B")], ["B"])).toMatchObject({
      reason: "partitioning",
      column: "B",
    });
  });
});
