import { type ColumnVector, type Field, type Value, valueAt } from "@snowmelt/core/types";
import { dateText } from "../value-text/date-text.ts";
import { decimalText } from "../value-text/decimal-text.ts";
import { timestampParts } from "../value-text/timestamp-text.ts";

/** `ORDER_ID = 42, LINE = 3`, for messages. */
export function keyText(fields: readonly Field[], columns: readonly ColumnVector[], row: number): string {
  return fields
    .map((field, index) => {
      const vector = columns[index];
      return `${field.name} = ${vector ? valueText(field, valueAt(field.type, vector, row)) : "?"}`;
    })
    .join(", ");
}

function valueText({ type }: Field, value: Value): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (typeof value === "string") return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  if (type.kind === "decimal") return decimalText(BigInt(value), type.scale);
  if (type.kind === "date") return dateText(Number(value)) ?? String(value);
  if (type.kind === "timestamp" && type.unit === "us") {
    const parts = timestampParts(BigInt(value));
    if (parts) return `${parts.date}T${parts.time}${type.utc ? "Z" : ""}`;
  }
  return String(value);
}
