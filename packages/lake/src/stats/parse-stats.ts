import type { Field, Value } from "@snowmelt/core/types";
import { z } from "zod";
import { numberText, parseExactJson } from "../delta/exact-json.ts";
import { parseDateText } from "../value-text/date-text.ts";
import { parseDecimalText } from "../value-text/parse-decimal-text.ts";
import { parseTimestampText } from "../value-text/timestamp-text.ts";

/** What an `add` says of its file. Bounds enclose the true values; they need not be among them. */
export interface FileStats {
  readonly numRecords: number;
  readonly columns: ReadonlyMap<string, ColumnStats>;
}

export interface ColumnStats {
  readonly nullCount: number | undefined;
  readonly min: Value | undefined;
  readonly max: Value | undefined;
}

const Values = z.custom<Readonly<Record<string, unknown>>>((value) => typeof value === "object" && value !== null);
const Stats = z.looseObject({
  numRecords: z.int(),
  minValues: Values.nullish(),
  maxValues: Values.nullish(),
  nullCount: Values.nullish(),
});

/** Undefined when there are none, or none that can be read. Values are those of `valueAt`: exact, decimals unscaled. */
export function parseStats(json: string | null | undefined, fields: readonly Field[]): FileStats | undefined {
  if (json === undefined || json === null) return undefined;
  const parsed = Stats.safeParse(parseJson(json));
  if (!parsed.success) return undefined;
  const { numRecords, minValues, maxValues, nullCount } = parsed.data;
  const columns = new Map<string, ColumnStats>();
  for (const field of fields) {
    const count = own(nullCount, field.name);
    columns.set(field.name, {
      nullCount: typeof count === "number" ? count : undefined,
      min: parseBound(field, own(minValues, field.name), "min"),
      max: parseBound(field, own(maxValues, field.name), "max"),
    });
  }
  return { numRecords, columns };
}

function parseJson(json: string): unknown {
  try {
    return parseExactJson(json);
  } catch {
    return undefined;
  }
}

function own(values: Readonly<Record<string, unknown>> | null | undefined, name: string): unknown {
  return values && Object.hasOwn(values, name) ? values[name] : undefined;
}

function parseBound({ type }: Field, value: unknown, side: "min" | "max"): Value | undefined {
  const digits = numberText(value);
  switch (type.kind) {
    case "int32":
      return digits === undefined ? undefined : Number(digits);
    case "int64":
      return digits === undefined || !/^-?\d+$/.test(digits) ? undefined : BigInt(digits);
    case "decimal": {
      const unscaled = digits === undefined ? undefined : parseDecimalText(digits, type.scale);
      return unscaled !== undefined && type.precision <= 9 ? Number(unscaled) : unscaled;
    }
    case "float64":
      return digits === undefined ? undefined : Number(digits);
    case "date":
      return typeof value === "string" ? parseDateText(value.slice(0, 10)) : undefined;
    case "timestamp": {
      const micros = typeof value === "string" ? parseTimestampText(value) : undefined;
      // Other writers cut the upper bound to milliseconds.
      if (micros === undefined || type.unit !== "us") return undefined;
      return side === "max" && micros % 1000n === 0n ? micros + 999n : micros;
    }
    case "string":
      return typeof value === "string" ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "binary":
    case "time":
      return undefined;
    default:
      return type satisfies never;
  }
}
