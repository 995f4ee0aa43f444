import type { SqlSession } from "../engine.ts";
import type { PlainTimestamp } from "./syntax/cursor.ts";

/** Session parameters that change what SQL means, with Snowflake's defaults except TIMEZONE, which is UTC here. */
const DEFAULTS: Readonly<Record<string, string>> = {
  TIMEZONE: "UTC",
  DATE_OUTPUT_FORMAT: "YYYY-MM-DD",
  TIME_OUTPUT_FORMAT: "HH24:MI:SS",
  TIMESTAMP_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
  TIMESTAMP_NTZ_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3",
  TIMESTAMP_LTZ_OUTPUT_FORMAT: "",
  TIMESTAMP_TZ_OUTPUT_FORMAT: "",
  TIMESTAMP_TYPE_MAPPING: "TIMESTAMP_NTZ",
  BINARY_OUTPUT_FORMAT: "HEX",
  BINARY_INPUT_FORMAT: "HEX",
  WEEK_START: "0",
  AUTOCOMMIT: "true",
  QUERY_TAG: "",
  ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION: "true",
  PREVENT_UNLOAD_TO_INLINE_URL: "false",
  PREVENT_UNLOAD_TO_INTERNAL_STAGES: "false",
};

export function parameterOf(session: SqlSession, name: string): string {
  const value = session.parameters.get(name);
  return value === undefined ? (DEFAULTS[name] ?? "") : value;
}

export function flagOf(session: SqlSession, name: string): boolean {
  return parameterOf(session, name).toLowerCase() === "true";
}

export function defaultParameters(): Readonly<Record<string, string>> {
  return DEFAULTS;
}

export function plainTimestampOf(session: SqlSession): PlainTimestamp {
  const mapped = parameterOf(session, "TIMESTAMP_TYPE_MAPPING").toLowerCase();
  return mapped === "timestamp_ltz" || mapped === "timestamp_tz" ? mapped : "timestamp_ntz";
}

/** The output format of a temporal type: its own, or TIMESTAMP_OUTPUT_FORMAT when its own is empty. */
export function outputFormat(session: SqlSession, kind: "date" | "time" | PlainTimestamp): string {
  const own = parameterOf(session, `${kind.toUpperCase()}_OUTPUT_FORMAT`);
  const format = own === "" ? parameterOf(session, "TIMESTAMP_OUTPUT_FORMAT") : own;
  return format.toUpperCase() === "AUTO"
    ? DEFAULTS[`${kind.toUpperCase()}_OUTPUT_FORMAT`] || "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM"
    : format;
}
