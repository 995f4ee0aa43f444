import type { WireColumn, WireType } from "../../engine.ts";
import { numberText } from "./cast-text.ts";
import { type LogicalType, MAX_TEXT_LENGTH } from "./logical-type.ts";
import type { Typed } from "./typed.ts";

/** The column as the `rowtype` of a result announces it. */
export function wireColumn(name: string, value: Pick<Typed, "type" | "nullable">): WireColumn {
  const { type, nullable } = value;
  const base = { name, nullable, precision: null, scale: null, length: null, byteLength: null };
  switch (type.kind) {
    case "number":
      return { ...base, type: "fixed", precision: type.precision, scale: type.scale };
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return { ...base, type: type.kind, precision: 0, scale: type.scale };
    case "text":
      return { ...base, type: "text", length: type.length, byteLength: Math.min(type.length * 4, MAX_TEXT_LENGTH) };
    case "null":
    case "interval":
      return { ...base, type: "text", length: MAX_TEXT_LENGTH, byteLength: MAX_TEXT_LENGTH };
    case "binary":
      return { ...base, type: "binary", length: type.length, byteLength: type.length };
    case "real":
    case "boolean":
    case "date":
    case "variant":
    case "object":
    case "array":
    case "vector":
    case "geography":
    case "geometry":
      return { ...base, type: type.kind satisfies WireType };
    default:
      return type satisfies never;
  }
}

/** The DuckDB expression that makes the wire text of a value; NULL stays NULL. */
export function wireCell(sql: string, type: LogicalType): string {
  switch (type.kind) {
    case "number":
      return numberText(sql, type);
    case "real":
      return `sf_wire_real(${sql})`;
    case "boolean":
      return `CASE WHEN ${sql} THEN '1' WHEN NOT ${sql} THEN '0' END`;
    case "date":
      return `CAST(${sql} - DATE '1970-01-01' AS VARCHAR)`;
    case "time":
      return seconds(sql, type.scale);
    case "timestamp_ntz":
    case "timestamp_ltz":
      return seconds(sql, type.scale);
    case "timestamp_tz":
      return `${seconds(`${sql}.utc`, type.scale)} || ' ' || CAST(${sql}."offset" + 1440 AS VARCHAR)`;
    case "binary":
      return `hex(${sql})`;
    case "variant":
    case "object":
    case "array":
      return `sf_json_text(${sql})`;
    case "vector":
      return `sf_vector_text(${sql})`;
    case "text":
    case "null":
    case "interval":
    case "geography":
    case "geometry":
      return sql;
    default:
      return type satisfies never;
  }
}

/** Values are cut to their scale when they are stored, so the digits behind it are zeros and the text may be cut. */
function seconds(sql: string, scale: number): string {
  const text = `CAST(${sql} AS VARCHAR)`;
  return scale === 9 ? text : `(${text})[:-${scale === 0 ? 11 : 10 - scale}]`;
}
