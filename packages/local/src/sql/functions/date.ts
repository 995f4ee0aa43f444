import { compilationError, wrongArguments } from "../failures.ts";
import { parameterOf } from "../settings.ts";
import type { Expression } from "../syntax/tree.ts";
import { cast } from "../types/cast.ts";
import { zoned } from "../types/cast-time.ts";
import { DATE, INTEGER, isTimestamp, TIMESTAMP_LTZ, TIMESTAMP_NTZ, TIMESTAMP_TZ } from "../types/logical-type.ts";
import { fromLocal, localSeconds, offsetMinutes } from "../types/moment.ts";
import { type Typed, typed } from "../types/typed.ts";
import { addUnits } from "./date-add.ts";
import { datePart } from "./date-part.ts";
import { unitOf } from "./date-unit.ts";
import { truncateNumber } from "./numeric.ts";
import { asInteger, asText, at, type BoundCall, type FunctionRule, type FunctionTable, scalar } from "./rule.ts";

/** A date or time; text is read as a TIMESTAMP_NTZ. */
function moment(value: Typed, call: BoundCall): Typed {
  const { kind } = value.type;
  return kind === "date" || kind === "time" || isTimestamp(value.type) ? value : cast(value, TIMESTAMP_NTZ, call.mode);
}

function argument(call: BoundCall, index: number): Expression {
  const expression = call.call.args[index];
  if (expression === undefined) throw wrongArguments(call.name, `not enough arguments, got ${call.call.args.length}`);
  return expression;
}

const dateAdd: FunctionRule = (call) =>
  addUnits(unitOf(argument(call, 0)), call.bind(argument(call, 1)), call.bind(argument(call, 2)), call.mode);

const SUBDAY: Readonly<Record<string, string>> = {
  hour: "3600",
  minute: "60",
  second: "1",
  millisecond: "0.001",
  microsecond: "0.000001",
  nanosecond: "0.000000001",
};

const dateDiff: FunctionRule = (call) => {
  const unit = unitOf(argument(call, 0));
  const [from, to] = [1, 2].map((index) =>
    localSeconds(moment(call.bind(argument(call, index)), call), call.mode.session),
  );
  const divisor = SUBDAY[unit];
  const sql =
    divisor === undefined
      ? `date_diff('${unit}', CAST(sf_moment(${from}) AS DATE), CAST(sf_moment(${to}) AS DATE))`
      : subday(divisor, from ?? "", to ?? "");
  if (divisor === undefined && !["year", "quarter", "month", "week", "day"].includes(unit))
    throw compilationError(`'${unit.toUpperCase()}' is not a recognized date/time part for DATEDIFF`, "002152");
  return typed(`CAST(${sql} AS DECIMAL(38,0))`, INTEGER);
};

/** Boundaries crossed: the difference of the floors. */
function subday(divisor: string, from: string, to: string): string {
  const units = (seconds: string) =>
    divisor.includes(".")
      ? `CAST(floor(${seconds} * CAST('1${"0".repeat(divisor.length - 2)}' AS DECIMAL(10,0))) AS HUGEINT)`
      : `((sf_whole(${seconds}) - ((sf_whole(${seconds}) % ${divisor} + ${divisor}) % ${divisor})) // ${divisor})`;
  return `(${units(to)} - ${units(from)})`;
}

const dateTrunc: FunctionRule = (call) => {
  const [first, second] = [argument(call, 0), argument(call, 1)];
  const value = moment(call.bind(second), call);
  const unit = unitOf(first);
  const local = localSeconds(value, call.mode.session);
  if (!["year", "quarter", "month", "week", "day", ...Object.keys(SUBDAY)].includes(unit))
    throw compilationError(`'${unit.toUpperCase()}' is not a recognized date/time part for DATE_TRUNC`, "002152");
  if (value.type.kind === "date")
    return typed(`CAST(date_trunc('${unit}', ${value.sql}) AS DATE)`, DATE, value.nullable);
  const fraction = { millisecond: 3, microsecond: 6, nanosecond: 9 }[unit];
  const truncated =
    fraction === undefined
      ? `CAST(epoch_us(date_trunc('${unit}', sf_moment(${local}))) // 1000000 AS DECIMAL(38,9))`
      : `CAST(floor(${local} * CAST('1${"0".repeat(fraction)}' AS DECIMAL(10,0))) * CAST('0.${"1".padStart(fraction, "0")}' AS DECIMAL(${fraction + 1},${fraction})) AS DECIMAL(38,9))`;
  if (value.type.kind === "time") return typed(`CAST(${truncated} AS DECIMAL(18,9))`, value.type, value.nullable);
  return typed(fromLocal(truncated, value, call.mode.session), value.type, value.nullable);
};

const convertTimezone: FunctionRule = scalar(2, 3, (args, call) => {
  const { session } = call.mode;
  if (args.length === 3) {
    const [from, to] = [asText(at(args, 0), call), asText(at(args, 1), call)];
    const wall = cast(at(args, 2), TIMESTAMP_NTZ, call.mode).sql;
    return typed(`sf_local(sf_utc(${wall}, ${from}), ${to})`, TIMESTAMP_NTZ);
  }
  const zone = asText(at(args, 0), call);
  const instant = cast(moment(at(args, 1), call), TIMESTAMP_TZ, call.mode);
  const utc = `(${instant.sql}).utc`;
  if (at(args, 0).constant?.toUpperCase() === "UTC")
    return typed(zoned(utcOf(at(args, 1), call), utcSession(session)), TIMESTAMP_TZ);
  return typed(`CASE WHEN ${instant.sql} IS NULL THEN NULL ELSE sf_zoned(${utc}, ${zone}) END`, TIMESTAMP_TZ);
});

function utcOf(value: Typed, call: BoundCall): string {
  return cast(moment(value, call), TIMESTAMP_LTZ, call.mode).sql;
}

function utcSession(session: BoundCall["mode"]["session"]): BoundCall["mode"]["session"] {
  return { ...session, parameters: new Map([...session.parameters, ["TIMEZONE", "UTC"]]) };
}

function part(unit: string): FunctionRule {
  return scalar(1, 1, (args, call) => partOf(unit, at(args, 0), call));
}

function partOf(unit: string, value: Typed, call: BoundCall): Typed {
  const source = moment(value, call);
  const weekStart = Number(parameterOf(call.mode.session, "WEEK_START"));
  return datePart(
    unit,
    localSeconds(source, call.mode.session),
    source,
    offsetMinutes(source, call.mode.session),
    weekStart,
  );
}

const monthsBetween: FunctionRule = scalar(2, 2, (args, call) => {
  const [a, b] = [0, 1].map((index) => `sf_moment(${localSeconds(moment(at(args, index), call), call.mode.session)})`);
  return typed(
    `(CASE WHEN day(${a}) = day(${b}) OR (last_day(${a}) = CAST(${a} AS DATE) AND last_day(${b}) = CAST(${b} AS DATE)) THEN CAST((year(${a}) - year(${b})) * 12 + month(${a}) - month(${b}) AS DOUBLE)
      ELSE (year(${a}) - year(${b})) * 12 + month(${a}) - month(${b}) + (day(${a}) - day(${b})) / 31.0 END)`,
    { kind: "real" },
  );
});

function fromParts(kind: "timestamp_ntz" | "timestamp_ltz"): FunctionRule {
  return scalar(6, 7, (args, call) => {
    const [year, month, day, hour, minute, second] = args.slice(0, 6).map((arg) => asInteger(arg, call));
    const nanos = args[6] === undefined ? "0" : asInteger(args[6], call);
    const days = `sf_day_seconds(CAST(make_date(${year}, 1, 1) + to_months(CAST(${month} - 1 AS INTEGER)) AS DATE) + CAST(${day} - 1 AS INTEGER))`;
    const sum = `CAST(${days} + CAST(${hour} * 3600 + ${minute} * 60 + ${second} AS DECIMAL(38,9)) + CAST(${nanos} AS DECIMAL(19,0)) * 0.000000001::DECIMAL(10,9) AS DECIMAL(38,9))`;
    return cast(typed(sum, TIMESTAMP_NTZ), { kind, scale: 9 }, call.mode);
  });
}

const named = (format: string, length: number): FunctionRule =>
  scalar(1, 1, (args, call) =>
    typed(`strftime(sf_moment(${localSeconds(moment(at(args, 0), call), call.mode.session)}), '${format}')`, {
      kind: "text",
      length,
    }),
  );

/** Dates and times. */
export const DATE_FUNCTIONS: FunctionTable = {
  DATEADD: dateAdd,
  TIMEADD: dateAdd,
  TIMESTAMPADD: dateAdd,
  DATEDIFF: dateDiff,
  TIMEDIFF: dateDiff,
  TIMESTAMPDIFF: dateDiff,
  DATE_TRUNC: dateTrunc,
  TRUNC: (call) => {
    const [, second] = call.call.args;
    const value = call.call.args[0] === undefined ? undefined : call.bind(argument(call, 0));
    const temporal = value !== undefined && (value.type.kind === "date" || isTimestamp(value.type));
    if (!temporal || second === undefined) return truncateNumber(call);
    return dateTrunc({ ...call, call: { ...call.call, args: [second, argument(call, 0)] } });
  },
  DATE_PART: (call) => partOf(unitOf(argument(call, 0)), call.bind(argument(call, 1)), call),
  CONVERT_TIMEZONE: convertTimezone,
  ADD_MONTHS: scalar(2, 2, (args, call) => addMonths(moment(at(args, 0), call), at(args, 1), call)),
  MONTHS_BETWEEN: monthsBetween,
  LAST_DAY: scalar(1, 1, (args, call) =>
    typed(`last_day(sf_moment(${localSeconds(moment(at(args, 0), call), call.mode.session)}))`, DATE),
  ),
  DAYNAME: named("%a", 3),
  MONTHNAME: named("%b", 3),
  DATE_FROM_PARTS: scalar(3, 3, (args, call) => {
    const [year, month, day] = args.map((arg) => asInteger(arg, call));
    return typed(
      `(CAST(make_date(${year}, 1, 1) + to_months(CAST(${month} - 1 AS INTEGER)) AS DATE) + CAST(${day} - 1 AS INTEGER))`,
      DATE,
    );
  }),
  TIMESTAMP_NTZ_FROM_PARTS: fromParts("timestamp_ntz"),
  TIMESTAMP_FROM_PARTS: fromParts("timestamp_ntz"),
  TIMESTAMP_LTZ_FROM_PARTS: fromParts("timestamp_ltz"),
  YEAR: part("year"),
  QUARTER: part("quarter"),
  MONTH: part("month"),
  WEEK: part("week"),
  WEEKOFYEAR: part("week"),
  WEEKISO: part("weekiso"),
  DAY: part("day"),
  DAYOFMONTH: part("day"),
  DAYOFWEEK: part("dayofweek"),
  DAYOFWEEKISO: part("dayofweekiso"),
  DAYOFYEAR: part("dayofyear"),
  YEAROFWEEK: part("yearofweek"),
  YEAROFWEEKISO: part("yearofweekiso"),
  HOUR: part("hour"),
  MINUTE: part("minute"),
  SECOND: part("second"),
};

/** The end of a month stays the end of the month. */
function addMonths(value: Typed, count: Typed, call: BoundCall): Typed {
  const moved = addUnits("month", count, value, call.mode);
  const local = `sf_moment(${localSeconds(value, call.mode.session)})`;
  const end = `(last_day(${local}) = CAST(${local} AS DATE))`;
  if (value.type.kind === "date")
    return typed(`(CASE WHEN ${end} THEN last_day(${moved.sql}) ELSE ${moved.sql} END)`, DATE);
  const shifted = localSeconds(moved, call.mode.session);
  const last = `(sf_day_seconds(last_day(sf_moment(${shifted}))) + CAST(sf_time_of(${shifted}) AS DECIMAL(38,9)))`;
  return typed(fromLocal(`(CASE WHEN ${end} THEN ${last} ELSE ${shifted} END)`, value, call.mode.session), value.type);
}
