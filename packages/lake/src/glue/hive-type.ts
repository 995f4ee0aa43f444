import type { DeltaField } from "../delta/schema.ts";
import { glueError } from "./glue-error.ts";

/** The Hive name of each primitive type of Delta; `decimal(p,s)` is the same in both. */
const hiveTypes: Readonly<Record<string, string>> = {
  boolean: "boolean",
  byte: "tinyint",
  short: "smallint",
  integer: "int",
  long: "bigint",
  float: "float",
  double: "double",
  string: "string",
  binary: "binary",
  date: "date",
  timestamp: "timestamp",
  timestamp_ntz: "timestamp",
};

/**
 * The Hive type of a Delta column, as Glue, Athena and Spark spell it. Instants and local times are both `timestamp`, which
 * is all that Hive has. @throws GLUE_TYPE_UNSUPPORTED, naming the column.
 */
export function toHiveType({ name, type }: DeltaField): string {
  return hiveType(type, name);
}

function hiveType(type: unknown, column: string): string {
  if (typeof type === "string") {
    const decimal = /^decimal\((\d+), ?(-?\d+)\)$/.exec(type);
    const hive = decimal ? `decimal(${decimal[1]},${decimal[2]})` : Object.hasOwn(hiveTypes, type) && hiveTypes[type];
    if (hive) return hive;
  }
  if (typeof type === "object" && type !== null && "type" in type) {
    if (type.type === "array" && "elementType" in type) return `array<${hiveType(type.elementType, column)}>`;
    if (type.type === "map" && "keyType" in type && "valueType" in type)
      return `map<${hiveType(type.keyType, column)},${hiveType(type.valueType, column)}>`;
    if (type.type === "struct" && "fields" in type && Array.isArray(type.fields))
      return `struct<${type.fields.map((field: unknown) => structField(field, column)).join(",")}>`;
  }
  throw unsupported(column, `the Delta type ${JSON.stringify(type)}`);
}

function structField(field: unknown, column: string): string {
  if (typeof field !== "object" || field === null || !("name" in field) || !("type" in field))
    throw unsupported(column, "a struct with a field that has no name or type");
  const name = String(field.name);
  // The type is one text to Glue, with no way to quote a name in it.
  if (!/^[\p{L}\p{N}_$ .-]+$/u.test(name))
    throw unsupported(column, `a struct with a field named ${JSON.stringify(name)}`);
  return `${name.toLowerCase()}:${hiveType(field.type, column)}`;
}

function unsupported(column: string, has: string): Error {
  return glueError(
    "GLUE_TYPE_UNSUPPORTED",
    `Column ${column} has ${has}, which the Glue catalog has no form for. Expected ${Object.keys(hiveTypes).join(", ")}, decimal(p,s), or an array, map or struct of these.`,
    { details: { column, type: has } },
  );
}
