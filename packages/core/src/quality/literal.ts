import { type LandType, landTypeText, unscaledUnits } from "../types/index.ts";

/** What a rule compares with, as it stands in a definition. */
export type Literal = number | string | boolean;

/** A literal in the terms of a column. */
export type Bound =
  /** For whole-number storage: the literal lies in [floor, floor + 1) of the column's unscaled units. */
  | { readonly kind: "units"; readonly floor: bigint; readonly exact: boolean }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly bytes: Uint8Array };

const dayMs = 86_400_000;

/** The bound a literal means for a column, or why it means none. */
export function boundOf(type: LandType, literal: Literal): Bound | { readonly problem: string } {
  const bound = parsed(type, literal);
  if (bound) return bound;
  return {
    problem: `expected ${expectedFor(type)} to compare with ${landTypeText(type)}, got ${JSON.stringify(literal)}`,
  };
}

function parsed(type: LandType, literal: Literal): Bound | undefined {
  switch (type.kind) {
    case "boolean":
      return typeof literal === "boolean" ? { kind: "number", value: literal ? 1 : 0 } : undefined;
    case "int32":
    case "int64":
      return typeof literal === "boolean" ? undefined : unitsOf(String(literal), 0);
    case "decimal":
      return typeof literal === "boolean" ? undefined : unitsOf(String(literal), type.scale);
    case "float64":
      return typeof literal === "boolean" ? undefined : numberOf(literal);
    case "string":
      return typeof literal === "string" ? { kind: "text", bytes: Buffer.from(literal, "utf8") } : undefined;
    case "date":
      return typeof literal === "string" ? daysOf(literal) : undefined;
    case "time":
      return typeof literal === "string" ? clockOf(literal, type.unit === "us" ? 6 : 9) : undefined;
    case "timestamp":
      return typeof literal === "string" ? instantOf(literal, type.unit === "us" ? 6 : 9) : undefined;
    case "binary":
      return undefined;
    default:
      return type satisfies never;
  }
}

function expectedFor(type: LandType): string {
  switch (type.kind) {
    case "boolean":
      return "true or false";
    case "string":
      return "text";
    case "date":
      return 'a date such as "2026-01-31"';
    case "time":
      return 'a time such as "06:15:00"';
    case "timestamp":
      return 'a timestamp such as "2026-01-31" or "2026-01-31T06:15:00Z"';
    case "binary":
      return "nothing (binary columns are not compared)";
    default:
      return "a number";
  }
}

function unitsOf(text: string, scale: number): Bound | undefined {
  const units = unscaledUnits(text, scale);
  return units && { kind: "units", floor: units.floor, exact: units.isExact };
}

function numberOf(literal: number | string): Bound | undefined {
  const value = typeof literal === "string" && literal.trim() === "" ? Number.NaN : Number(literal);
  return Number.isNaN(value) ? undefined : { kind: "number", value };
}

function daysOf(text: string): Bound | undefined {
  const days = parseDays(text);
  return days === undefined ? undefined : { kind: "units", floor: BigInt(days), exact: true };
}

function parseDays(text: string): number | undefined {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return new Date(ms).getTime() === ms && new Date(ms).toISOString().startsWith(text) ? ms / dayMs : undefined;
}

function clockOf(text: string, digits: number): Bound | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/.exec(text);
  if (!match) return undefined;
  const [, hours = "0", minutes = "0", seconds = "0", fraction = "0"] = match;
  return unitsOf(`${Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)}.${fraction}`, digits);
}

/** Without a zone the text is taken as UTC, as TIMESTAMP_NTZ lands. */
function instantOf(text: string, digits: number): Bound | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ]([\d:.]+))?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?$/.exec(text);
  const days = parseDays(match?.[1] ?? "");
  const clock = clockOf(match?.[2] ?? "00:00", digits);
  if (!match || days === undefined || clock?.kind !== "units") return undefined;
  const zone = match[3] ?? "Z";
  const offset = zone === "Z" ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  const seconds = BigInt(days * 86_400 - offset * 60);
  return { ...clock, floor: clock.floor + seconds * 10n ** BigInt(digits) };
}
