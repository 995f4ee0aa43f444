import { decimalText, type Field, type Value } from "@snowmelt/core/types";
import type { ColumnSummary, ParquetFileSummary } from "../parquet/index.ts";
import { dateText } from "../value-text/date-text.ts";
import { timestampParts } from "../value-text/timestamp-text.ts";

/** Readers skip files by the bounds of the first columns only; more would burden every replay. */
const indexedColumns = 32;
/** In code points. */
const maxTextLength = 32;

/**
 * A file's statistics as an `add` holds them: bounds of the first 32 columns and of those in `alwaysIndexed` (merge
 * keys), NULL counts of all. A bound that Delta cannot say exactly is moved outwards, or left out: binary columns,
 * infinities, columns with NaN (engines disagree on its place), years that ISO dates do not have.
 */
export function toStatsJson(
  summary: Pick<ParquetFileSummary, "rowCount" | "columns">,
  fields: readonly Field[],
  alwaysIndexed: readonly string[] = [],
): string {
  const types = new Map(fields.map((field) => [field.name, field]));
  const indexed = summary.columns.filter(({ name }, index) => index < indexedColumns || alwaysIndexed.includes(name));
  const bounds = (side: "min" | "max"): string =>
    toObject(indexed.map((column) => [column.name, boundText(types.get(column.name), column, side)]));
  const nullCount = toObject(summary.columns.map((column) => [column.name, String(column.nullCount)]));
  return `{"numRecords":${summary.rowCount},"minValues":${bounds("min")},"maxValues":${bounds("max")},"nullCount":${nullCount}}`;
}

function toObject(entries: readonly (readonly [string, string | undefined])[]): string {
  const present = entries.filter(([, json]) => json !== undefined);
  return `{${present.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

/** JSON text, or undefined for no bound. */
function boundText(field: Field | undefined, column: ColumnSummary, side: "min" | "max"): string | undefined {
  const value = column[side];
  if (!field || value === null || column.nanCount > 0) return undefined;
  const { type } = field;
  switch (type.kind) {
    case "int32":
    case "int64":
      return String(value);
    case "decimal":
      return decimalText(BigInt(toInteger(value)), type.scale);
    case "float64":
      return floatText(Number(value), side);
    case "date":
      return quoted(dateText(Number(value)));
    case "timestamp":
      return quoted(timestampBound(toMicros(BigInt(toInteger(value)), type.unit, side), type.utc, side));
    case "string":
      return quoted(side === "min" ? cutText(String(value)) : raiseCutText(String(value)));
    case "boolean":
      return String(value);
    case "binary":
    case "time":
      return undefined;
    default:
      return type satisfies never;
  }
}

const quoted = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : JSON.stringify(text);

function toInteger(value: Value): bigint | number {
  return typeof value === "bigint" || typeof value === "number" ? value : 0n;
}

/** Both zeros lie within bounds of zero. */
function floatText(value: number, side: "min" | "max"): string | undefined {
  if (value === 0) return side === "min" ? "-0.0" : "0.0";
  return Number.isFinite(value) ? String(value) : undefined;
}

function toMicros(units: bigint, unit: "us" | "ns", side: "min" | "max"): bigint {
  return unit === "us" ? units : roundTo(units, 1000n, side) / 1000n;
}

/**
 * Delta's bounds of timestamps are in milliseconds: the lower one rounded down, the upper one up. Where up would be the
 * year 10000 the microseconds stay, for the end of time is a common value and delta-rs loses rows of a column that has
 * one bound without the other.
 */
function timestampBound(micros: bigint, utc: boolean, side: "min" | "max"): string | undefined {
  const rounded = timestampParts(roundTo(micros, 1000n, side));
  const parts = rounded ?? timestampParts(micros);
  const time = rounded ? parts?.time.slice(0, -3) : parts?.time;
  return parts && `${parts.date}T${time}${utc ? "Z" : ""}`;
}

function roundTo(value: bigint, step: bigint, side: "min" | "max"): bigint {
  const floor = value - (((value % step) + step) % step);
  return side === "min" || floor === value ? floor : floor + step;
}

function cutText(text: string): string {
  return text.length <= maxTextLength ? text : [...text].slice(0, maxTextLength).join("");
}

/** The cut text with its last character that is not the highest raised by one; UTF-8 orders as code points do. */
function raiseCutText(text: string): string | undefined {
  const characters = [...text];
  if (characters.length <= maxTextLength) return text;
  characters.length = maxTextLength;
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const point = last.codePointAt(0) ?? 0;
    if (point < 0x10ffff) return characters.join("") + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
  }
  return undefined;
}
