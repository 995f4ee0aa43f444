import { compilationError } from "../failures.ts";
import { type CastMode, cast } from "../types/cast.ts";
import { BINARY, isTimestamp, type LogicalType, number, printType, REAL, TEXT } from "../types/logical-type.ts";
import { nullOf, type Typed, typed } from "../types/typed.ts";
import { addInterval } from "./interval.ts";

export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "||";
type NumberType = Extract<LogicalType, { kind: "number" }>;

/** `+ - * / % ||` with Snowflake's result types; decimals stay exact. */
export function applyBinary(op: Arithmetic, left: Typed, right: Typed, mode: CastMode): Typed {
  if (op === "||") return concatenate(left, right, mode);
  if (right.type.kind === "interval" && (op === "+" || op === "-"))
    return addInterval(left, right.constant ?? "", op === "-" ? -1 : 1, mode);
  if (left.type.kind === "interval" && op === "+") return addInterval(right, left.constant ?? "", 1, mode);
  const dated = dateArithmetic(op, left, right, mode);
  if (dated !== null) return dated;
  const [a, b] = [operand(left, mode), operand(right, mode)];
  if (a.type.kind === "number" && b.type.kind === "number") return decimal(op, a, a.type, b, b.type);
  const x = cast(a, REAL, mode).sql;
  const y = cast(b, REAL, mode).sql;
  if (op === "/") return typed(`sf_divide_real(${x}, ${y})`, REAL);
  return typed(`(${x} ${op} ${y})`, REAL);
}

function concatenate(left: Typed, right: Typed, mode: CastMode): Typed {
  const binary = left.type.kind === "binary" && right.type.kind === "binary";
  const type = binary ? BINARY : TEXT;
  return typed(
    `(${cast(left, type, mode).sql} || ${cast(right, type, mode).sql})`,
    type,
    left.nullable || right.nullable,
  );
}

function dateArithmetic(op: Arithmetic, left: Typed, right: Typed, mode: CastMode): Typed | null {
  if (op !== "+" && op !== "-") return null;
  if (left.type.kind === "date" && right.type.kind === "date" && op === "-")
    return typed(`CAST(${left.sql} - ${right.sql} AS DECIMAL(9,0))`, number(9, 0));
  const days = (value: Typed) => `CAST(${cast(value, number(9, 0), mode).sql} AS INTEGER)`;
  if (left.type.kind === "date" && right.type.kind !== "date")
    return typed(`(${left.sql} ${op} ${days(right)})`, left.type);
  if (right.type.kind === "date" && op === "+") return typed(`(${right.sql} + ${days(left)})`, right.type);
  if (isTimestamp(left.type) || isTimestamp(right.type) || left.type.kind === "time")
    throw compilationError(
      `Invalid argument types for function '${op}': (${printType(left.type)}, ${printType(right.type)})`,
      "001044",
    );
  return null;
}

function operand(value: Typed, mode: CastMode): Typed {
  switch (value.type.kind) {
    case "number":
    case "real":
      return value;
    case "null":
      return nullOf(number(38, 0));
    case "boolean":
      return cast(value, number(1, 0), mode);
    case "text":
      return /^-?\d+(?:\.\d+)?$/.test(value.constant ?? "")
        ? cast(value, constantType(value.constant ?? ""), mode)
        : cast(value, number(18, 5), mode);
    case "variant":
      return cast(value, REAL, mode);
    default:
      throw compilationError(`Invalid argument types for an arithmetic operator: ${printType(value.type)}`, "001044");
  }
}

function constantType(text: string): NumberType {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  return number(Math.min(38, Math.max(1, whole.length + fraction.length)), fraction.length);
}

function decimal(op: Exclude<Arithmetic, "||">, a: Typed, at: NumberType, b: Typed, bt: NumberType): Typed {
  const nullable = a.nullable || b.nullable;
  if (op === "/") return { ...divide(a, at, b, bt), nullable };
  const whole = { a: at.precision - at.scale, b: bt.precision - bt.scale };
  const scale = Math.max(at.scale, bt.scale);
  if (op === "%") return { ...modulo(a, b, scale, Math.max(whole.a, whole.b)), nullable };
  if (op === "*") return { ...multiply(a, at, b, bt), nullable };
  const type = number(Math.min(38, Math.max(whole.a, whole.b) + scale + 1), scale);
  const widened = (value: Typed) => `CAST(${value.sql} AS DECIMAL(${type.precision},${scale}))`;
  return typed(`CAST(${widened(a)} ${op} ${widened(b)} AS DECIMAL(${type.precision},${scale}))`, type, nullable);
}

function multiply(a: Typed, at: NumberType, b: Typed, bt: NumberType): Typed {
  const full = at.scale + bt.scale;
  const scale = Math.min(full, Math.max(at.scale, bt.scale, 12));
  const precision = Math.min(38, at.precision - at.scale + bt.precision - bt.scale + scale);
  const product =
    full > 38 ? `(CAST(${a.sql} AS DOUBLE) * CAST(${b.sql} AS DOUBLE))` : `(${wide(a, at)} * ${wide(b, bt)})`;
  return typed(`CAST(${product} AS DECIMAL(${precision},${scale}))`, number(precision, scale));
}

/** Widened, so that DuckDB's product has all 38 digits. */
function wide(value: Typed, type: NumberType): string {
  return `CAST(${value.sql} AS DECIMAL(38,${type.scale}))`;
}

/** Exact division, rounded half away from zero at Snowflake's scale. */
export function divide(a: Typed, at: NumberType, b: Typed, bt: NumberType): Typed {
  const scale = Math.max(at.scale, Math.min(at.scale + 6, 12));
  const precision = Math.min(38, at.precision - at.scale + bt.scale + scale);
  const shifted = `${unscaled(a.sql, at.scale)} * CAST('${10n ** BigInt(scale - at.scale + bt.scale)}' AS HUGEINT)`;
  return typed(
    scaled(`sf_divide(${shifted}, ${unscaled(b.sql, bt.scale)})`, precision, scale),
    number(precision, scale),
  );
}

function modulo(a: Typed, b: Typed, scale: number, whole: number): Typed {
  const precision = Math.min(38, whole + scale);
  const units = (value: Typed) => unscaled(`CAST(${value.sql} AS DECIMAL(38,${scale}))`, scale);
  return typed(scaled(`sf_modulo(${units(a)}, ${units(b)})`, precision, scale), number(precision, scale));
}

/** A decimal as a whole number of its smallest units. */
export function unscaled(sql: string, scale: number): string {
  return scale === 0
    ? `CAST(${sql} AS HUGEINT)`
    : `CAST(CAST(${sql} AS DECIMAL(38,${scale})) * CAST('${10n ** BigInt(scale)}' AS DECIMAL(${scale + 1},0)) AS HUGEINT)`;
}

/** Whole units back to a decimal. */
export function scaled(sql: string, precision: number, scale: number): string {
  const unit = scale === 0 ? "" : ` * CAST('0.${"1".padStart(scale, "0")}' AS DECIMAL(${scale + 1},${scale}))`;
  return `CAST(CAST(${sql} AS DECIMAL(38,0))${unit} AS DECIMAL(${precision},${scale}))`;
}
