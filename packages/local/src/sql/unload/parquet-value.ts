import { SqlFailure } from "../../engine.ts";
import type { BoundColumn } from "../bind/binder.ts";
import { unsupported } from "../failures.ts";
import { physicalType } from "../types/physical.ts";
import type { UnloadFormat } from "./unload-format.ts";

/** Integer types that a cast in the select list asks the file for. */
const INTEGERS: Readonly<Record<string, string>> = {
  TINYINT: "TINYINT",
  BYTEINT: "TINYINT",
  SMALLINT: "SMALLINT",
  INT: "INTEGER",
  INTEGER: "INTEGER",
  BIGINT: "BIGINT",
};
const SINGLE_PRECISION = new Set(["FLOAT", "FLOAT4", "REAL"]);

type TimestampForm = Pick<UnloadFormat, "timestampUnit" | "timestampIsUtc">;

/** The DuckDB expression whose Parquet form is the one Snowflake unloads a value in; types it cannot unload are refused. */
export function parquetValue(sql: string, column: BoundColumn, format: TimestampForm): string {
  const { type, declared = "" } = column;
  switch (type.kind) {
    case "number": {
      const integer = type.scale === 0 ? INTEGERS[declared] : undefined;
      return integer === undefined
        ? `CAST(${sql} AS ${physicalType(type)})`
        : `COALESCE(TRY_CAST(${sql} AS ${integer}), sf_out_of_range(${sql}))`;
    }
    case "real":
      return SINGLE_PRECISION.has(declared) ? `CAST(${sql} AS FLOAT)` : sql;
    case "timestamp_ntz":
      return moment(sql, format);
    case "time":
      return `CAST(TIME '00:00:00' + to_microseconds(CAST(floor(CAST(${sql} AS DECIMAL(28,9)) * 1000000) AS BIGINT)) AS TIME)`;
    case "variant":
    case "object":
    case "array":
      return `sf_json_text(${sql})`;
    case "boolean":
    case "text":
    case "binary":
    case "date":
      return sql;
    case "null":
      return `CAST(${sql} AS VARCHAR)`;
    case "timestamp_ltz":
    case "timestamp_tz":
      throw notForParquet(
        `TIMESTAMP_TZ and LTZ types are not supported for unloading to Parquet. value get: ${type.kind.toUpperCase()}`,
      );
    case "vector":
      throw notForParquet("VECTOR type is not supported for unloading to Parquet.");
    case "geography":
    case "geometry":
    case "interval":
      throw unsupported(`unloading ${type.kind.toUpperCase()} to Parquet`);
    default:
      return type satisfies never;
  }
}

function moment(sql: string, { timestampUnit: unit, timestampIsUtc }: TimestampForm): string {
  const whole = (perSecond: string, digits: number) =>
    `(sf_whole(${sql}) * ${perSecond} + CAST(sf_fraction(${sql})[:${digits}] AS BIGINT))`;
  if (unit === "NANOS") return `make_timestamp_ns(${whole("1000000000", 9)})`;
  if (unit === "MICROS") {
    const wall = `make_timestamp(${whole("1000000", 6)})`;
    return timestampIsUtc ? `(${wall} AT TIME ZONE 'UTC')` : wall;
  }
  return `CAST(make_timestamp(${whole("1000", 3)} * 1000) AS TIMESTAMP_MS)`;
}

function notForParquet(reason: string): SqlFailure {
  return new SqlFailure("100171", "22000", `Error encountered when unloading to PARQUET: ${reason}`);
}
