import type { SqlSession } from "../../engine.ts";
import { compilationError } from "../failures.ts";
import { castToNumber, castToReal } from "./cast-number.ts";
import { castToSemiStructured, castToVariant, castToVector, variantText } from "./cast-semi-structured.ts";
import { castToText } from "./cast-text.ts";
import { castToDate, castToTime, castToTimestamp } from "./cast-time.ts";
import { type LogicalType, printType } from "./logical-type.ts";
import { once } from "./once.ts";
import { nullOf, type Typed, typed } from "./typed.ts";

/** `safe` gives NULL where a value does not convert (TRY_CAST); `store` refuses text that a column is too short for. */
export interface CastMode {
  readonly session: SqlSession;
  readonly safe?: boolean;
  readonly store?: boolean;
}

/** Brings a value to a type as Snowflake's CAST does; what Snowflake refuses is refused. */
export function cast(value: Typed, type: LogicalType, mode: CastMode): Typed {
  if (value.type.kind === "null") return { ...nullOf(type) };
  if (sameType(value.type, type)) return value;
  const sql = castSql(value, type, mode);
  if (sql === null) throw refuseCast(value.type, type);
  return { ...typed(sql, type, value.nullable || mode.safe === true) };
}

export function refuseCast(from: LogicalType, to: LogicalType): Error {
  return compilationError(
    `invalid type [CAST(${printType(from)} AS ${printType(to)})] for parameter 'TO_${to.kind.toUpperCase()}'`,
    "001007",
    "22023",
  );
}

function sameType(left: LogicalType, right: LogicalType): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function castSql(value: Typed, type: LogicalType, mode: CastMode): string | null {
  switch (type.kind) {
    case "number":
      return castToNumber(value, type, mode);
    case "real":
      return castToReal(value, mode);
    case "boolean":
      return castToBoolean(value, mode);
    case "text":
      return castToText(value, type, mode);
    case "binary":
      return castToBinary(value, mode);
    case "date":
      return castToDate(value, mode);
    case "time":
      return castToTime(value, type, mode);
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return castToTimestamp(value, type, mode);
    case "variant":
      return castToVariant(value);
    case "object":
    case "array":
      return castToSemiStructured(value, type, mode);
    case "vector":
      return castToVector(value, type);
    case "geography":
      return castToGeography(value, mode);
    case "null":
      return value.sql;
    case "geometry":
    case "interval":
      return null;
    default:
      return type satisfies never;
  }
}

function castToBoolean(value: Typed, mode: CastMode): string | null {
  const { sql, type } = value;
  if (type.kind === "boolean") return sql;
  if (type.kind === "number" || type.kind === "real") return `(${sql} <> 0)`;
  if (type.kind === "text")
    return mode.safe === true ? `sf_boolean_text(${sql})` : `COALESCE(sf_boolean_text(${sql}), sf_bad_boolean(${sql}))`;
  if (type.kind !== "variant") return null;
  const read = (v: string) => `sf_boolean_text(sf_json_scalar_text(${v}))`;
  return once(sql, (v) =>
    mode.safe === true ? read(v) : `COALESCE(${read(v)}, sf_bad_variant(NULLIF(${v}, 'null'), 'BOOLEAN'))`,
  );
}

function castToBinary(value: Typed, mode: CastMode): string | null {
  if (value.type.kind === "binary") return value.sql;
  const sql = value.type.kind === "variant" ? variantText(value.sql) : value.type.kind === "text" ? value.sql : null;
  if (sql === null) return null;
  return mode.safe === true ? `sf_unhex(${sql})` : `COALESCE(sf_unhex(${sql}), sf_bad_hex(${sql}))`;
}

function castToGeography(value: Typed, mode: CastMode): string | null {
  if (value.type.kind === "variant" || value.type.kind === "object") return `sf_geography(sf_json_text(${value.sql}))`;
  if (value.type.kind !== "text") return null;
  return mode.safe === true ? `sf_try_geography(${value.sql})` : `sf_geography(${value.sql})`;
}
