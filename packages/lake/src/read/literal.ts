import { type Field, landTypeText, unscaledUnits } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import { parseDateText } from "../value-text/date-text.ts";
import { parseTimestampText } from "../value-text/timestamp-text.ts";
import type { Literal } from "./predicate.ts";

/** A literal in the terms of a column. */
export type Operand =
  /** Whole-number storage: the literal lies in [floor, floor + 1) of the column's unscaled units. */
  | { readonly kind: "units"; readonly floor: bigint; readonly isExact: boolean }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "bytes"; readonly value: Uint8Array };

const dayMs = 86_400_000;

/** READ_PREDICATE_INVALID for a literal that the column's type cannot be compared with. Nothing is rounded. */
export function parseLiteral(field: Field, literal: Literal): Operand {
  const operand = parsed(field.type, literal);
  if (operand) return operand;
  throw lakeError(
    "READ_PREDICATE_INVALID",
    `Column ${field.name} is ${landTypeText(field.type)}: expected ${expectedFor(field.type)} to compare it with, got ${literalText(literal)}.`,
    { details: { column: field.name, type: landTypeText(field.type) } },
  );
}

function parsed(type: Field["type"], literal: Literal): Operand | undefined {
  switch (type.kind) {
    case "boolean":
      if (literal === "true" || literal === "false") return { kind: "boolean", value: literal === "true" };
      return typeof literal === "boolean" ? { kind: "boolean", value: literal } : undefined;
    case "int32":
    case "int64":
      return isNumeral(literal) ? unitsOf(String(literal), 0) : undefined;
    case "decimal":
      return isNumeral(literal) ? unitsOf(String(literal), type.scale) : undefined;
    case "float64":
      return isNumeral(literal) ? numberOf(literal) : undefined;
    case "string":
      return typeof literal === "string" ? { kind: "bytes", value: Buffer.from(literal) } : undefined;
    case "date":
      return literal instanceof Date ? dayOf(literal) : wholeUnits(textOf(literal, parseDateText));
    case "timestamp":
      return type.unit === "us" ? instantOf(literal) : undefined;
    case "binary":
      return literal instanceof Uint8Array ? { kind: "bytes", value: literal } : hexBytes(literal);
    case "time":
      return undefined;
    default:
      return type satisfies never;
  }
}

const isNumeral = (literal: Literal): literal is number | bigint | string =>
  typeof literal === "number" || typeof literal === "bigint" || typeof literal === "string";

function textOf<T>(literal: Literal, parse: (text: string) => T | undefined): T | undefined {
  return typeof literal === "string" ? parse(literal) : undefined;
}

function wholeUnits(units: number | bigint | undefined): Operand | undefined {
  return units === undefined ? undefined : { kind: "units", floor: BigInt(units), isExact: true };
}

function unitsOf(text: string, scale: number): Operand | undefined {
  const units = unscaledUnits(text.trim(), scale);
  return units && { kind: "units", ...units };
}

function numberOf(literal: number | bigint | string): Operand | undefined {
  const value = typeof literal === "string" && literal.trim() === "" ? undefined : Number(literal);
  if (value === undefined || (Number.isNaN(value) && literal !== "NaN" && typeof literal !== "number"))
    return undefined;
  if (typeof literal === "bigint" && BigInt(value) !== literal) return undefined;
  return { kind: "number", value };
}

function dayOf(date: Date): Operand | undefined {
  const ms = date.getTime();
  if (Number.isNaN(ms)) return undefined;
  return { kind: "units", floor: BigInt(Math.floor(ms / dayMs)), isExact: ms % dayMs === 0 };
}

function instantOf(literal: Literal): Operand | undefined {
  if (!(literal instanceof Date)) return wholeUnits(textOf(literal, parseTimestampText));
  const ms = literal.getTime();
  return wholeUnits(Number.isNaN(ms) ? undefined : BigInt(ms) * 1000n);
}

function hexBytes(literal: Literal): Operand | undefined {
  if (typeof literal !== "string" || !/^0x([0-9a-f]{2})*$/i.test(literal)) return undefined;
  return { kind: "bytes", value: Buffer.from(literal.slice(2), "hex") };
}

function expectedFor(type: Field["type"]): string {
  switch (type.kind) {
    case "boolean":
      return "true or false";
    case "string":
      return "text";
    case "date":
      return 'a date such as "2026-01-31"';
    case "timestamp":
      return 'a timestamp such as "2026-01-31T06:15:00Z"';
    case "binary":
      return 'bytes, or text such as "0x00ff"';
    default:
      return "a number, exact in the column's type";
  }
}

/** What was given, without its content where it may be long or personal. */
function literalText(literal: Literal): string {
  if (literal instanceof Uint8Array) return `${literal.length} bytes`;
  if (literal instanceof Date) return "a date";
  return typeof literal === "string" ? `text of ${literal.length} characters` : `${typeof literal} ${literal}`;
}
