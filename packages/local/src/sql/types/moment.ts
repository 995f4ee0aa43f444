import type { SqlSession } from "../../engine.ts";
import { compilationError } from "../failures.ts";
import { quoteText } from "../quote.ts";
import { parameterOf } from "../settings.ts";
import { printType } from "./logical-type.ts";
import type { Typed } from "./typed.ts";

/** The session's zone as a DuckDB literal. */
export function zoneSql(session: SqlSession): string {
  return quoteText(parameterOf(session, "TIMEZONE"));
}

export function isUtc(session: SqlSession): boolean {
  return ["UTC", "ETC/UTC", "GMT", "Z"].includes(parameterOf(session, "TIMEZONE").toUpperCase());
}

/** UTC seconds to the wall clock of the session's zone. */
export function toLocal(sql: string, session: SqlSession): string {
  return isUtc(session) ? sql : `(sf_local(${sql}, ${zoneSql(session)}))`;
}

/** The wall clock of the session's zone to UTC seconds. */
export function toUtc(sql: string, session: SqlSession): string {
  return isUtc(session) ? sql : `(sf_utc(${sql}, ${zoneSql(session)}))`;
}

/** Wall-clock seconds (DECIMAL) of any temporal value: what its date and time parts are read from. */
export function localSeconds(value: Typed, session: SqlSession): string {
  const { sql, type } = value;
  switch (type.kind) {
    case "date":
      return `sf_day_seconds(${sql})`;
    case "time":
      // A TIME's own 18 digits have no room for its nanoseconds counted.
      return `CAST(${sql} AS DECIMAL(38,9))`;
    case "timestamp_ntz":
      return sql;
    case "timestamp_ltz":
      return toLocal(sql, session);
    case "timestamp_tz":
      return `(${sql}.utc + CAST(CAST(${sql}."offset" AS INTEGER) * 60 AS DECIMAL(38,9)))`;
    default:
      throw compilationError(`Function expected a date or time, not ${printType(type)}`, "001044");
  }
}

/** Minutes east of UTC, or null for types without a zone. */
export function offsetMinutes(value: Typed, session: SqlSession): string | null {
  if (value.type.kind === "timestamp_tz") return `${value.sql}."offset"`;
  if (value.type.kind !== "timestamp_ltz") return null;
  return isUtc(session) ? "CAST(0 AS SMALLINT)" : `sf_offset(${value.sql}, ${zoneSql(session)})`;
}

/** Puts a changed wall clock back into the type it came from; `value` gives the offset of a TIMESTAMP_TZ. */
export function fromLocal(localSql: string, value: Typed, session: SqlSession): string {
  switch (value.type.kind) {
    case "timestamp_ltz":
      return toUtc(localSql, session);
    case "timestamp_tz":
      return `CASE WHEN ${value.sql} IS NULL THEN NULL ELSE {'utc': CAST(${localSql} - CAST(CAST(${value.sql}."offset" AS INTEGER) * 60 AS DECIMAL(38,9)) AS DECIMAL(38,9)), 'offset': ${value.sql}."offset"} END`;
    case "date":
      return `sf_date_of(${localSql})`;
    default:
      return localSql;
  }
}
