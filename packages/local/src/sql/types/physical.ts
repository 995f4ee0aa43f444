import type { LogicalType } from "./logical-type.ts";

/**
 * How a Snowflake value is held in DuckDB.
 * Timestamps are exact seconds with nine decimals: DuckDB's TIMESTAMP_NS ends in 2262 and its TIMESTAMPTZ keeps no offset.
 * Semi-structured values are JSON text in which numbers that a double would spoil are protected (`macros/json.ts`).
 */
export function physicalType(type: LogicalType): string {
  switch (type.kind) {
    case "number":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "real":
      return "DOUBLE";
    case "boolean":
      return "BOOLEAN";
    case "binary":
      return "BLOB";
    case "date":
      return "DATE";
    case "time":
      return "DECIMAL(18,9)";
    case "timestamp_ntz":
    case "timestamp_ltz":
      return "DECIMAL(38,9)";
    case "timestamp_tz":
      return `STRUCT(utc DECIMAL(38,9), "offset" SMALLINT)`;
    case "vector":
      return `${type.element === "int" ? "INTEGER" : "FLOAT"}[${type.dimension}]`;
    case "text":
    case "null":
    case "variant":
    case "object":
    case "array":
    case "geography":
    case "geometry":
    case "interval":
      return "VARCHAR";
    default:
      return type satisfies never;
  }
}
