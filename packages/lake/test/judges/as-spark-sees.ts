import type { Field, LandType, Value } from "@snowmelt/core/types";
import type { SparkRows } from "./open-spark.ts";

/** Whether Spark 3.5 has a type for it: it knows no time of day and no nanoseconds. */
export function isSparkType(type: LandType): boolean {
  return type.kind !== "time" && !(type.kind === "timestamp" && type.unit === "ns");
}

/** What Spark is to see of the rows, in the text of its judge. */
export function asSparkSees(fields: readonly Field[], rows: readonly (readonly Value[])[]): SparkRows {
  return {
    columns: fields.map(({ name, type }) => [name, sparkType(type)]),
    rows: rows.map((row) => fields.map(({ type }, index) => textOf(type, row[index] ?? null))),
  };
}

function sparkType(type: LandType): string {
  switch (type.kind) {
    case "int32":
      return "int";
    case "int64":
      return "bigint";
    case "float64":
      return "double";
    case "decimal":
      return `decimal(${type.precision},${type.scale})`;
    case "timestamp":
      return type.utc ? "timestamp" : "timestamp_ntz";
    default:
      return type.kind;
  }
}

function textOf(type: LandType, value: Value): string | null {
  if (value === null) return null;
  if (typeof value === "string") return hex(Buffer.from(value));
  if (value instanceof Uint8Array) return hex(value);
  if (type.kind === "decimal") return decimalText(BigInt(value), type.scale);
  if (type.kind !== "float64") return `${value}`;
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(Number(value));
  return bits.toString("hex");
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();

function decimalText(unscaled: bigint, scale: number): string {
  const digits = `${unscaled < 0n ? -unscaled : unscaled}`.padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${unscaled < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
}
