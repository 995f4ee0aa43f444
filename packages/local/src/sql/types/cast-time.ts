import type { SqlSession } from "../../engine.ts";
import type { CastMode } from "./cast.ts";
import { variantText } from "./cast-semi-structured.ts";
import { printSeconds, readClockText, readTimeText } from "./clock-text.ts";
import type { LogicalType } from "./logical-type.ts";
import { isUtc, localSeconds, toLocal, toUtc, zoneSql } from "./moment.ts";
import type { Typed } from "./typed.ts";

type TimestampType = Extract<LogicalType, { kind: "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz" }>;
type TimeType = Extract<LogicalType, { kind: "time" }>;

export function castToDate(value: Typed, mode: CastMode): string | null {
  const { type } = value;
  if (type.kind === "date") return value.sql;
  if (type.kind === "timestamp_ntz" || type.kind === "timestamp_ltz" || type.kind === "timestamp_tz")
    return `sf_date_of(${localSeconds(value, mode.session)})`;
  const literal = value.constant === undefined || type.kind !== "text" ? null : readClockText(value.constant);
  if (literal !== null) return `CAST('${value.constant?.trim().slice(0, dateLength(value.constant.trim()))}' AS DATE)`;
  const text = textSource(value);
  if (text === null) return null;
  const read = `sf_date_of((sf_clock(${text})).sec)`;
  return mode.safe === true ? read : `COALESCE(${read}, sf_bad_date(${text}))`;
}

function dateLength(text: string): number {
  const end = text.search(/[T ]/);
  return end < 0 ? text.length : end;
}

export function castToTime(value: Typed, target: TimeType, mode: CastMode): string | null {
  const { type } = value;
  if (type.kind === "time") return truncate(value.sql, type.scale, target.scale, "DECIMAL(18,9)");
  if (type.kind === "timestamp_ntz" || type.kind === "timestamp_ltz" || type.kind === "timestamp_tz")
    return truncate(`sf_time_of(${localSeconds(value, mode.session)})`, type.scale, target.scale, "DECIMAL(18,9)");
  const literal = value.constant === undefined || type.kind !== "text" ? null : readTimeText(value.constant);
  if (literal !== null)
    return truncate(`CAST('${printSeconds(literal)}' AS DECIMAL(18,9))`, 9, target.scale, "DECIMAL(18,9)");
  const text = textSource(value);
  if (text === null) return null;
  const read = `sf_time_text(${text})`;
  return truncate(
    mode.safe === true ? read : `COALESCE(${read}, sf_bad_time(${text}))`,
    9,
    target.scale,
    "DECIMAL(18,9)",
  );
}

export function castToTimestamp(value: Typed, target: TimestampType, mode: CastMode): string | null {
  const from = "scale" in value.type && value.type.kind !== "number" ? value.type.scale : 9;
  const sql = timestampSql(value, target.kind, mode);
  if (sql === null || target.scale >= from) return sql;
  if (target.kind !== "timestamp_tz") return truncate(sql, from, target.scale, "DECIMAL(38,9)");
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE {'utc': ${truncate(`(${sql}).utc`, from, target.scale, "DECIMAL(38,9)")}, 'offset': (${sql})."offset"} END`;
}

function timestampSql(value: Typed, kind: TimestampType["kind"], mode: CastMode): string | null {
  const { sql, type } = value;
  const { session } = mode;
  switch (type.kind) {
    case "date":
      return fromWallClock(`sf_day_seconds(${sql})`, kind, session);
    case "timestamp_ntz":
      return fromWallClock(sql, kind, session);
    case "timestamp_ltz":
      if (kind === "timestamp_ntz") return toLocal(sql, session);
      return kind === "timestamp_ltz" ? sql : zoned(sql, session);
    case "timestamp_tz":
      if (kind === "timestamp_tz") return sql;
      return kind === "timestamp_ltz" ? `${sql}.utc` : localSeconds(value, session);
    case "number":
      return fromWallClockOrEpoch(`CAST(${sql} AS DECIMAL(38,9))`, kind, session);
    case "text":
    case "variant":
      return fromText(value, kind, mode);
    default:
      return null;
  }
}

function fromWallClock(sql: string, kind: TimestampType["kind"], session: SqlSession): string {
  if (kind === "timestamp_ntz") return sql;
  return kind === "timestamp_ltz" ? toUtc(sql, session) : zoned(toUtc(sql, session), session);
}

function fromWallClockOrEpoch(sql: string, kind: TimestampType["kind"], session: SqlSession): string {
  return kind === "timestamp_tz" ? zoned(sql, session) : sql;
}

/** UTC seconds with the session zone's offset at that moment. */
export function zoned(sql: string, session: SqlSession): string {
  const offset = isUtc(session) ? "CAST(0 AS SMALLINT)" : `sf_offset(${sql}, ${zoneSql(session)})`;
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE {'utc': CAST(${sql} AS DECIMAL(38,9)), 'offset': ${offset}} END`;
}

function fromText(value: Typed, kind: TimestampType["kind"], mode: CastMode): string | null {
  const { session } = mode;
  const literal = value.constant === undefined ? null : readClockText(value.constant);
  if (literal !== null) {
    const wall = `CAST('${printSeconds(literal.nanos)}' AS DECIMAL(38,9))`;
    if (literal.offsetMinutes === null || kind === "timestamp_ntz") return fromWallClock(wall, kind, session);
    const utc = `CAST('${printSeconds(literal.nanos - BigInt(literal.offsetMinutes) * 60_000_000_000n)}' AS DECIMAL(38,9))`;
    return kind === "timestamp_ltz" ? utc : `{'utc': ${utc}, 'offset': CAST(${literal.offsetMinutes} AS SMALLINT)}`;
  }
  const text = textSource(value);
  if (text === null) return null;
  return fromClock(`sf_clock(${text})`, kind, mode, text);
}

/** A `sf_clock` struct to a timestamp; text that was not read fails, or is NULL when the cast is safe. */
export function fromClock(clock: string, kind: TimestampType["kind"], mode: CastMode, textSql: string): string {
  const zone = zoneSql(mode.session);
  const read =
    kind === "timestamp_ntz"
      ? `(${clock}).sec`
      : kind === "timestamp_ltz"
        ? `sf_let_utc(${clock}, ${zone})`
        : `sf_let_tz(${clock}, ${zone})`;
  return mode.safe === true ? read : `COALESCE(${read}, sf_bad_timestamp(${textSql}))`;
}

function textSource(value: Typed): string | null {
  if (value.type.kind === "text") return value.sql;
  return value.type.kind === "variant" ? variantText(value.sql) : null;
}

/** Drops digits beyond the scale, towards the past, as Snowflake truncates. */
function truncate(sql: string, from: number, scale: number, physical: string): string {
  if (scale >= from) return sql;
  const unit = 10 ** scale;
  const back = scale === 0 ? "" : ` * CAST('0.${"1".padStart(scale, "0")}' AS DECIMAL(${scale + 1},${scale}))`;
  // A TIME's 18 digits times the unit would have to fit in 18 again.
  return `CAST(floor(CAST(${sql} AS DECIMAL(38,9)) * CAST(${unit} AS DECIMAL(10,0)))${back} AS ${physical})`;
}
