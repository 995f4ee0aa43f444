import type { Bind } from "../../engine.ts";
import { compilationError, unsupported } from "../failures.ts";
import { quoteText } from "../quote.ts";
import { printSeconds } from "../types/clock-text.ts";
import {
  BINARY,
  BOOLEAN,
  DATE,
  NULL_TYPE,
  REAL,
  TEXT,
  TIME,
  TIMESTAMP_LTZ,
  TIMESTAMP_NTZ,
  TIMESTAMP_TZ,
} from "../types/logical-type.ts";
import { nullOf, numberLiteral, type Typed, textLiteral, typed } from "../types/typed.ts";
import type { Binder } from "./binder.ts";

/** The value of `?` or `:1`. While a statement is only described a bind may be missing: it is then text. */
export function bindParameter(index: number, binder: Binder): Typed {
  const bind = binder.binds[String(index)];
  if (bind === undefined) {
    if (Object.keys(binder.binds).length > 0) throw compilationError(`Bind variable :${index} not set.`, "002049");
    return nullOf(TEXT);
  }
  if (typeof bind.value !== "string" && bind.value !== null)
    throw unsupported("an array bind outside of INSERT ... VALUES");
  return bindValue(bind.type, bind.value);
}

/** One value in the driver's text form. */
export function bindValue(type: string, value: string | null): Typed {
  if (value === null) return nullOf(TYPES[type.toUpperCase()] ?? NULL_TYPE);
  switch (type.toUpperCase()) {
    case "FIXED":
      return /^-?\d+(?:\.\d+)?$/.test(value) ? signed(value) : refuse(type, value);
    case "REAL":
      return typed(`CAST(${quoteText(value)} AS DOUBLE)`, REAL, false);
    case "BOOLEAN":
      return typed(/^(?:true|1)$/i.test(value) ? "TRUE" : "FALSE", BOOLEAN, false);
    case "BINARY":
      return /^(?:[0-9a-fA-F]{2})*$/.test(value) ? typed(`unhex('${value}')`, BINARY, false) : refuse(type, value);
    case "DATE":
      return typed(`(DATE '1970-01-01' + CAST(${days(value)} AS INTEGER))`, DATE, false);
    case "TIME":
      return typed(`CAST('${printSeconds(BigInt(value))}' AS DECIMAL(18,9))`, TIME, false);
    case "TIMESTAMP_NTZ":
      return typed(seconds(value), TIMESTAMP_NTZ, false);
    case "TIMESTAMP_LTZ":
      return typed(seconds(value), TIMESTAMP_LTZ, false);
    case "TIMESTAMP_TZ": {
      const [nanos = "0", zone = "1440"] = value.split(" ");
      return typed(
        `{'utc': ${seconds(nanos)}, 'offset': CAST(${Number(zone) - 1440} AS SMALLINT)}`,
        TIMESTAMP_TZ,
        false,
      );
    }
    case "TEXT":
    case "ANY":
      return textLiteral(value);
    default:
      return unsupportedBind(type);
  }
}

const TYPES: Readonly<Record<string, Typed["type"]>> = {
  REAL,
  BOOLEAN,
  BINARY,
  DATE,
  TIME,
  TIMESTAMP_NTZ,
  TIMESTAMP_LTZ,
  TIMESTAMP_TZ,
  TEXT,
};

function signed(value: string): Typed {
  const literal = numberLiteral(value.replace("-", ""));
  return value.startsWith("-") ? { ...literal, sql: `(-${literal.sql})`, constant: value } : literal;
}

/** Drivers send days as milliseconds since 1970. */
function days(value: string): string {
  const millis = BigInt(value);
  const day = millis / 86_400_000n - (millis % 86_400_000n < 0n ? 1n : 0n);
  return day.toString();
}

function seconds(nanos: string): string {
  return `CAST('${printSeconds(BigInt(nanos))}' AS DECIMAL(38,9))`;
}

function refuse(type: string, value: string): never {
  throw compilationError(`Invalid bind of type ${type}: '${value.slice(0, 50)}'`, "002049");
}

function unsupportedBind(type: Bind["type"]): never {
  throw unsupported(`a bind of type ${type}`);
}
