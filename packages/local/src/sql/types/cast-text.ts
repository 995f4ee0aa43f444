import { outputFormat } from "../settings.ts";
import type { CastMode } from "./cast.ts";
import { variantText } from "./cast-semi-structured.ts";
import { type LogicalType, MAX_TEXT_LENGTH } from "./logical-type.ts";
import { localSeconds, offsetMinutes } from "./moment.ts";
import { formatMoment } from "./moment-format.ts";
import type { Typed } from "./typed.ts";

type TextType = Extract<LogicalType, { kind: "text" }>;

export function castToText(value: Typed, target: TextType, mode: CastMode): string | null {
  const sql = textOf(value, mode);
  if (sql === null || target.length >= MAX_TEXT_LENGTH) return sql;
  if (value.type.kind === "text" && value.type.length <= target.length) return sql;
  return mode.store === true
    ? `CASE WHEN length(${sql}) > ${target.length} THEN sf_too_long(${sql}) ELSE ${sql} END`
    : `left(${sql}, ${target.length})`;
}

/** Digits with a zero before the point: DuckDB leaves it out when all digits are behind it. */
export function numberText(sql: string, type: Extract<LogicalType, { kind: "number" }>): string {
  const shown = type.precision === type.scale ? `CAST(${sql} AS DECIMAL(${type.precision + 1},${type.scale}))` : sql;
  return `CAST(${shown} AS VARCHAR)`;
}

function textOf(value: Typed, mode: CastMode): string | null {
  const { sql, type } = value;
  switch (type.kind) {
    case "text":
    case "null":
    case "geography":
    case "geometry":
      return sql;
    case "number":
      return numberText(sql, type);
    case "real":
      return `sf_float_varchar(${sql})`;
    case "boolean":
      return `CAST(${sql} AS VARCHAR)`;
    case "binary":
      return `hex(${sql})`;
    case "variant":
      return variantText(sql);
    case "object":
    case "array":
      return `sf_json_text(${sql})`;
    case "vector":
      return `sf_vector_text(${sql})`;
    case "date":
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return formatMoment(
        outputFormat(mode.session, type.kind),
        localSeconds(value, mode.session),
        offsetMinutes(value, mode.session),
      );
    case "interval":
      return null;
    default:
      return type satisfies never;
  }
}
