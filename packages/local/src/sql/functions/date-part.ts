import { compilationError } from "../failures.ts";
import { number } from "../types/logical-type.ts";
import { type Typed, typed } from "../types/typed.ts";

const CALENDAR: Readonly<Record<string, string>> = {
  year: "year",
  quarter: "quarter",
  month: "month",
  day: "day",
  dayofyear: "dayofyear",
  dayofweekiso: "isodow",
  weekiso: "week",
  yearofweekiso: "isoyear",
  hour: "hour",
  minute: "minute",
  second: "second",
};

/** DATE_PART: `local` is the wall clock in seconds, `offset` minutes east or null. */
export function datePart(unit: string, local: string, value: Typed, offset: string | null, weekStart: number): Typed {
  const calendar = CALENDAR[unit] ?? weekPart(unit, weekStart);
  if (calendar !== undefined) return small(`date_part('${calendar}', sf_moment(${local}))`, value);
  switch (unit) {
    case "dayofweek":
      return small(
        `(date_part('dow', sf_moment(${local})) + 7 - ${weekStart}) % 7${weekStart === 0 ? "" : " + 1"}`,
        value,
      );
    case "nanosecond":
      return small(`CAST(sf_fraction(${local}) AS INTEGER)`, value);
    case "epoch_second":
      return epoch(value, local, offset, 0);
    case "epoch_millisecond":
      return epoch(value, local, offset, 3);
    case "epoch_microsecond":
      return epoch(value, local, offset, 6);
    case "epoch_nanosecond":
      return epoch(value, local, offset, 9);
    case "timezone_hour":
    case "timezone_minute":
      return zonePart(unit, value, offset);
    default:
      throw compilationError(`'${unit.toUpperCase()}' is not a recognized date/time part`, "002152");
  }
}

function weekPart(unit: string, weekStart: number): string | undefined {
  if (unit !== "week" && unit !== "yearofweek") return undefined;
  if (weekStart > 1)
    throw compilationError(`WEEK_START ${weekStart} is not supported for ${unit.toUpperCase()}`, "000002");
  return unit === "week" ? "week" : "isoyear";
}

function small(sql: string, value: Typed): Typed {
  return typed(`CAST(${sql} AS DECIMAL(9,0))`, number(9, 0), value.nullable);
}

function epoch(value: Typed, local: string, offset: string | null, scale: number): Typed {
  const utc = offset === null ? local : value.type.kind === "timestamp_tz" ? `(${value.sql}).utc` : value.sql;
  const shifted = scale === 0 ? utc : `${utc} * CAST('1${"0".repeat(scale)}' AS DECIMAL(${scale + 1},0))`;
  return typed(`CAST(floor(${shifted}) AS DECIMAL(38,0))`, number(38, 0), value.nullable);
}

/** Both parts carry the sign of the offset, so that hours * 60 + minutes is the offset. */
function zonePart(unit: string, value: Typed, offset: string | null): Typed {
  if (offset === null)
    throw compilationError(`Function EXTRACT does not support ${unit.toUpperCase()} on this type`, "001044");
  const sql =
    unit === "timezone_hour" ? `sign(${offset}) * (abs(${offset}) // 60)` : `sign(${offset}) * (abs(${offset}) % 60)`;
  return small(sql, value);
}
