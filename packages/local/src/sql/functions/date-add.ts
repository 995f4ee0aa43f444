import { compilationError } from "../failures.ts";
import { type CastMode, cast } from "../types/cast.ts";
import { isTimestamp, type LogicalType, number, TIMESTAMP_NTZ } from "../types/logical-type.ts";
import { fromLocal, localSeconds } from "../types/moment.ts";
import { type Typed, typed } from "../types/typed.ts";

const MONTHS: Readonly<Record<string, number>> = { year: 12, quarter: 3, month: 1 };
const DAYS: Readonly<Record<string, number>> = { week: 7, day: 1 };
const SECONDS: Readonly<Record<string, string>> = {
  hour: "3600",
  minute: "60",
  second: "1",
  millisecond: "0.001",
  microsecond: "0.000001",
  nanosecond: "0.000000001",
};

/** DATEADD: whole units added to a date, time or timestamp. */
export function addUnits(unit: string, amount: Typed, value: Typed, mode: CastMode): Typed {
  const source =
    value.type.kind === "text" || value.type.kind === "variant" || value.type.kind === "null"
      ? cast(value, TIMESTAMP_NTZ, mode)
      : value;
  const count = `CAST(${cast(amount, number(18, 0), mode).sql} AS BIGINT)`;
  const months = MONTHS[unit];
  const days = DAYS[unit];
  const seconds = SECONDS[unit];
  if (months !== undefined) return addMonths(source, `${count} * ${months}`, mode);
  if (days !== undefined) return addDays(source, `${count} * ${days}`, mode);
  if (seconds === undefined)
    throw compilationError(`'${unit.toUpperCase()}' is not a recognized date/time part for DATEADD`, "002152");
  return addSeconds(source, count, seconds);
}

function addMonths(value: Typed, months: string, mode: CastMode): Typed {
  requireDate(value.type);
  if (value.type.kind === "date")
    return typed(`CAST(${value.sql} + to_months(CAST(${months} AS INTEGER)) AS DATE)`, value.type, value.nullable);
  const local = localSeconds(value, mode.session);
  const moved = `(CAST(epoch_us(sf_moment(${local}) + to_months(CAST(${months} AS INTEGER))) // 1000000 AS DECIMAL(38,9)) + (${local} - floor(${local})))`;
  return typed(fromLocal(`CAST(${moved} AS DECIMAL(38,9))`, value, mode.session), value.type, value.nullable);
}

function addDays(value: Typed, days: string, mode: CastMode): Typed {
  requireDate(value.type);
  if (value.type.kind === "date") return typed(`(${value.sql} + CAST(${days} AS INTEGER))`, value.type, value.nullable);
  const local = localSeconds(value, mode.session);
  const moved = `CAST(${local} + CAST(${days} * 86400 AS DECIMAL(38,9)) AS DECIMAL(38,9))`;
  return typed(fromLocal(moved, value, mode.session), value.type, value.nullable);
}

function addSeconds(value: Typed, count: string, unit: string): Typed {
  const fraction = unit.includes(".") ? unit.length - 2 : 0;
  const amount =
    fraction === 0
      ? `CAST(${count} * ${unit} AS DECIMAL(38,9))`
      : `CAST(CAST(${count} AS DECIMAL(28,0)) * CAST('${unit}' AS DECIMAL(${fraction + 1},${fraction})) AS DECIMAL(38,9))`;
  const { sql, type, nullable } = value;
  if (type.kind === "time")
    return typed(
      `CAST(sf_time_of(CAST(${sql} AS DECIMAL(38,9)) + ${amount}) AS DECIMAL(18,9))`,
      { kind: "time", scale: 9 },
      nullable,
    );
  if (type.kind === "date")
    return typed(`CAST(sf_day_seconds(${sql}) + ${amount} AS DECIMAL(38,9))`, TIMESTAMP_NTZ, nullable);
  if (!isTimestamp(type)) throw compilationError("Function DATEADD expects a date, time or timestamp", "001044");
  const widened: LogicalType = { ...type, scale: Math.max(type.scale, fraction) };
  if (type.kind !== "timestamp_tz") return typed(`CAST(${sql} + ${amount} AS DECIMAL(38,9))`, widened, nullable);
  return typed(
    `CASE WHEN ${sql} IS NULL THEN NULL ELSE {'utc': CAST((${sql}).utc + ${amount} AS DECIMAL(38,9)), 'offset': (${sql})."offset"} END`,
    widened,
    nullable,
  );
}

function requireDate(type: LogicalType): void {
  if (type.kind !== "date" && !isTimestamp(type))
    throw compilationError("Function DATEADD does not take this part of this type", "001044");
}
