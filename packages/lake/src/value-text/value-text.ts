import type { Field, Value } from "@snowmelt/core/types";
import { dateText } from "./date-text.ts";
import { decimalText } from "./decimal-text.ts";
import { timestampParts } from "./timestamp-text.ts";

/** Characters of text shown. */
const shownLength = 100;

/** A value for messages and reports: exact, but for long text and binary, which is cut. */
export function valueText(type: Field["type"], value: Value): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `0x${cut(Buffer.from(value).toString("hex"))}`;
  if (typeof value === "string") return JSON.stringify(cut(value));
  if (type.kind === "decimal") return decimalText(BigInt(value), type.scale);
  if (type.kind === "date") return dateText(Number(value)) ?? String(value);
  if (type.kind === "timestamp" && type.unit === "us") {
    const parts = timestampParts(BigInt(value));
    if (parts) return `${parts.date}T${parts.time}${type.utc ? "Z" : ""}`;
  }
  return String(value);
}

const cut = (text: string): string =>
  text.length > shownLength ? `${text.slice(0, shownLength).toWellFormed()}…` : text;
