import { expect, test } from "vitest";
import type { DeltaField } from "../delta/schema.ts";
import { toHiveType } from "./hive-type.ts";

const field = (type: DeltaField["type"]): DeltaField => ({ name: "C", type, nullable: true, metadata: {} });

test.each([
  ["boolean", "boolean"],
  ["byte", "tinyint"],
  ["short", "smallint"],
  ["integer", "int"],
  ["long", "bigint"],
  ["float", "float"],
  ["double", "double"],
  ["string", "string"],
  ["binary", "binary"],
  ["date", "date"],
  ["timestamp", "timestamp"],
  ["timestamp_ntz", "timestamp"],
  ["decimal(38,0)", "decimal(38,0)"],
  ["decimal(10, 2)", "decimal(10,2)"],
])("Delta's %s is Hive's %s", (delta, hive) => {
  expect(toHiveType(field(delta))).toBe(hive);
});

test("nested types are spelled in full, names of fields in lower case", () => {
  const item = {
    type: "struct",
    fields: [
      { name: "Id", type: "long" },
      {
        name: "tags",
        type: { type: "map", keyType: "string", valueType: { type: "array", elementType: "decimal(5,1)" } },
      },
    ],
  };
  expect(toHiveType(field({ type: "array", elementType: item }))).toBe(
    "array<struct<id:bigint,tags:map<string,array<decimal(5,1)>>>>",
  );
});

test.each([
  ["interval"],
  ["variant"],
  ["toString"],
  [{ type: "struct", fields: [{ name: "a:b", type: "long" }] }],
  [{ type: "struct", fields: [{ type: "long" }] }],
  [{ type: "array" }],
])("%j has no form, and the column is named", (type) => {
  expect(() => toHiveType(field(type))).toThrow(
    expect.objectContaining({ code: "GLUE_TYPE_UNSUPPORTED", message: expect.stringContaining("Column C has") }),
  );
});
