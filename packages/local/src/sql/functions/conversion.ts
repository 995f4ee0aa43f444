import { compilationError, unsupported } from "../failures.ts";
import { plainTimestampOf } from "../settings.ts";
import { type CastMode, cast } from "../types/cast.ts";
import { fromClock } from "../types/cast-time.ts";
import {
  ARRAY,
  BINARY,
  BOOLEAN,
  DATE,
  isTimestamp,
  type LogicalType,
  number,
  OBJECT,
  REAL,
  TEXT,
  TIME,
  TIMESTAMP_LTZ,
  TIMESTAMP_NTZ,
  TIMESTAMP_TZ,
  VARIANT,
} from "../types/logical-type.ts";
import { localSeconds, offsetMinutes } from "../types/moment.ts";
import { formatMoment } from "../types/moment-format.ts";
import { type Typed, typed } from "../types/typed.ts";
import { clockByFormat } from "./clock-by-format.ts";
import { formatNumber } from "./number-format.ts";
import { asText, at, type BoundCall, type FunctionRule, type FunctionTable, scalar } from "./rule.ts";

/** A function that casts its only argument. */
function castTo(type: LogicalType, safe = false): FunctionRule {
  return scalar(1, 1, (args, call) => cast(at(args, 0), type, { ...call.mode, safe }));
}

function constantOf(value: Typed | undefined, call: BoundCall): string {
  if (value?.constant === undefined) throw unsupported(`a format for ${call.name} that is not a literal`);
  return value.constant;
}

const toNumber = (safe: boolean): FunctionRule =>
  scalar(1, 4, (args, call) => {
    const [value, ...rest] = [at(args, 0), ...args.slice(1)];
    if (rest[0]?.type.kind === "text") throw unsupported(`a number format in ${call.name}`);
    const [precision, scale] = [rest[0], rest[1]].map((part) =>
      part === undefined ? undefined : Number(constantOf(part, call)),
    );
    return cast(value, number(precision ?? 38, scale ?? 0), { ...call.mode, safe });
  });

const toText: FunctionRule = scalar(1, 2, (args, call) => {
  const value = at(args, 0);
  if (args.length === 1) return cast(value, TEXT, call.mode);
  const format = constantOf(args[1], call);
  const { kind } = value.type;
  if (kind === "date" || kind === "time" || isTimestamp(value.type))
    return typed(
      formatMoment(format, localSeconds(value, call.mode.session), offsetMinutes(value, call.mode.session)),
      TEXT,
      value.nullable,
    );
  if (kind === "binary") return typed(binaryText(value.sql, format), TEXT, value.nullable);
  if (kind === "number" || kind === "real") return typed(formatNumber(value, format), TEXT, value.nullable);
  throw compilationError(`Function ${call.name} takes no format for this type`, "001044");
});

function binaryText(sql: string, format: string): string {
  switch (format.toUpperCase()) {
    case "HEX":
      return `hex(${sql})`;
    case "BASE64":
      return `to_base64(${sql})`;
    case "UTF-8":
    case "UTF8":
      return `decode(${sql})`;
    default:
      throw compilationError(`Invalid format '${format}'`, "100096");
  }
}

function toMoment(target: LogicalType, safe: boolean): FunctionRule {
  return scalar(1, 2, (args, call) => {
    const mode: CastMode = { ...call.mode, safe };
    const value = at(args, 0);
    const second = args[1];
    if (second === undefined || second.constant?.toUpperCase() === "AUTO") return cast(value, target, mode);
    if (second.type.kind === "number")
      return cast(scaledEpoch(value, Number(constantOf(second, call)), call), target, mode);
    if (value.type.kind !== "text" && value.type.kind !== "variant") return cast(value, target, mode);
    return byFormat(asText(value, call), constantOf(second, call), target, mode);
  });
}

function byFormat(text: string, format: string, target: LogicalType, mode: CastMode): Typed {
  const clock = clockByFormat(text, format);
  if (isTimestamp(target)) return typed(fromClock(clock, target.kind, mode, text), target);
  const seconds = `(${clock}).sec`;
  const [read, failure] =
    target.kind === "date" ? [`sf_date_of(${seconds})`, "sf_bad_date"] : [`sf_time_of(${seconds})`, "sf_bad_time"];
  return typed(mode.safe === true ? read : `COALESCE(${read}, ${failure}(${text}))`, target);
}

/** TO_TIMESTAMP(n, 3): n counts thousandths. */
function scaledEpoch(value: Typed, scale: number, call: BoundCall): Typed {
  const whole = cast(value, number(29, 0), call.mode).sql;
  if (scale === 0) return typed(whole, number(38, 9));
  return typed(
    `CAST(${whole} * CAST('0.${"1".padStart(scale, "0")}' AS DECIMAL(${scale + 1},${scale})) AS DECIMAL(38,9))`,
    number(38, 9),
  );
}

const toBinary = (safe: boolean): FunctionRule =>
  scalar(1, 2, (args, call) => {
    const format = args[1] === undefined ? "HEX" : constantOf(args[1], call).toUpperCase();
    if (format === "HEX") return cast(at(args, 0), BINARY, { ...call.mode, safe });
    const text = asText(at(args, 0), call);
    if (format === "BASE64") return typed(`from_base64(${text})`, BINARY);
    if (format === "UTF-8" || format === "UTF8") return typed(`encode(${text})`, BINARY);
    throw compilationError(`Invalid format '${format}'`, "100096");
  });

const plainTimestamp =
  (safe: boolean): FunctionRule =>
  (call) =>
    toMoment({ kind: plainTimestampOf(call.binder.session), scale: 9 }, safe)(call);

/** TO_* and TRY_TO_*. */
export const CONVERSION_FUNCTIONS: FunctionTable = {
  TO_NUMBER: toNumber(false),
  TO_DECIMAL: toNumber(false),
  TO_NUMERIC: toNumber(false),
  TRY_TO_NUMBER: toNumber(true),
  TRY_TO_DECIMAL: toNumber(true),
  TRY_TO_NUMERIC: toNumber(true),
  TO_DOUBLE: castTo(REAL),
  TRY_TO_DOUBLE: castTo(REAL, true),
  TO_BOOLEAN: castTo(BOOLEAN),
  TRY_TO_BOOLEAN: castTo(BOOLEAN, true),
  TO_VARCHAR: toText,
  TO_CHAR: toText,
  TO_DATE: toMoment(DATE, false),
  DATE: toMoment(DATE, false),
  TRY_TO_DATE: toMoment(DATE, true),
  TO_TIME: toMoment(TIME, false),
  TIME: toMoment(TIME, false),
  TRY_TO_TIME: toMoment(TIME, true),
  TO_TIMESTAMP: plainTimestamp(false),
  TRY_TO_TIMESTAMP: plainTimestamp(true),
  TO_TIMESTAMP_NTZ: toMoment(TIMESTAMP_NTZ, false),
  TRY_TO_TIMESTAMP_NTZ: toMoment(TIMESTAMP_NTZ, true),
  TO_TIMESTAMP_LTZ: toMoment(TIMESTAMP_LTZ, false),
  TRY_TO_TIMESTAMP_LTZ: toMoment(TIMESTAMP_LTZ, true),
  TO_TIMESTAMP_TZ: toMoment(TIMESTAMP_TZ, false),
  TRY_TO_TIMESTAMP_TZ: toMoment(TIMESTAMP_TZ, true),
  TO_BINARY: toBinary(false),
  TRY_TO_BINARY: toBinary(true),
  TO_VARIANT: castTo(VARIANT),
  TO_OBJECT: castTo(OBJECT),
  TO_ARRAY: scalar(1, 1, (args, call) => {
    const value = at(args, 0);
    if (value.type.kind === "vector" || value.type.kind === "array") return cast(value, ARRAY, call.mode);
    const variant = cast(value, VARIANT, call.mode).sql;
    return typed(
      `CASE WHEN starts_with(${variant}, '[') THEN ${variant} WHEN ${variant} IS NOT NULL AND ${variant} <> 'null' THEN '[' || ${variant} || ']' END`,
      ARRAY,
    );
  }),
  TO_GEOGRAPHY: castTo({ kind: "geography" }),
  ST_GEOGRAPHYFROMTEXT: castTo({ kind: "geography" }),
  TRY_TO_GEOGRAPHY: castTo({ kind: "geography" }, true),
  ST_ASGEOJSON: scalar(1, 1, (args, call) => cast(at(args, 0), OBJECT, call.mode)),
};
