import { compilationError } from "../failures.ts";
import type { Expression } from "../syntax/tree.ts";

/** Parts of a date or time, by every name that Snowflake takes. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  year: ["Y", "YY", "YYY", "YYYY", "YR", "YEARS", "YRS"],
  quarter: ["Q", "QTR", "QTRS", "QUARTERS"],
  month: ["MM", "MON", "MONS", "MONTHS"],
  week: ["W", "WK", "WEEKOFYEAR", "WOY", "WY", "WEEKS"],
  day: ["D", "DD", "DAYS", "DAYOFMONTH"],
  hour: ["H", "HH", "HR", "HOURS", "HRS"],
  minute: ["M", "MI", "MIN", "MINUTES", "MINS"],
  second: ["S", "SEC", "SECONDS", "SECS"],
  millisecond: ["MS", "MSEC", "MILLISECONDS"],
  microsecond: ["US", "USEC", "MICROSECONDS"],
  nanosecond: ["NS", "NSEC", "NANOSEC", "NSECOND", "NANOSECONDS", "NANOSECS", "NSECONDS"],
  dayofweek: ["WEEKDAY", "DOW", "DW"],
  dayofweekiso: ["WEEKDAY_ISO", "DOW_ISO", "DW_ISO", "DAYOFWEEK_ISO"],
  dayofyear: ["YEARDAY", "DOY", "DY"],
  weekiso: ["WEEK_ISO", "WEEKOFYEARISO", "WEEKOFYEAR_ISO"],
  yearofweek: [],
  yearofweekiso: [],
  epoch_second: ["EPOCH", "EPOCH_SECONDS"],
  epoch_millisecond: ["EPOCH_MILLISECONDS"],
  epoch_microsecond: ["EPOCH_MICROSECONDS"],
  epoch_nanosecond: ["EPOCH_NANOSECONDS"],
  timezone_hour: ["TZH"],
  timezone_minute: ["TZM"],
};

const BY_NAME = new Map(
  Object.entries(UNITS).flatMap(([unit, names]) => [unit.toUpperCase(), ...names].map((name) => [name, unit])),
);

/** The part that a bare word or a string names. */
export function unitOf(expression: Expression | undefined): string {
  if (expression?.kind === "column" && expression.path.length === 1) return dateUnit(expression.path[0] ?? "");
  if (expression?.kind === "string") return dateUnit(expression.value);
  throw compilationError("a date or time part must be a name or a string literal", "001045");
}

export function dateUnit(name: string): string {
  const unit = BY_NAME.get(name.toUpperCase());
  if (unit === undefined)
    throw compilationError(`'${name.toUpperCase()}' is not a recognized date/time part`, "002152");
  return unit;
}
