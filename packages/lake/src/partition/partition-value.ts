import { decimalText, type Field, landTypeText, type Value } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";
import { dateText, parseDateText } from "../value-text/date-text.ts";
import { parseDecimalText } from "../value-text/parse-decimal-text.ts";
import { parseTimestampText } from "../value-text/timestamp-text.ts";

/**
 * A value as an `add` holds it in `partitionValues`; null is NULL. PARTITION_VALUE_INVALID for what has no form there:
 * the empty string, which Delta reads as NULL, and dates outside the years 0001 to 9999.
 */
export function toPartitionText({ name, type }: Field, value: Value): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case "boolean":
    case "int32":
    case "int64":
      return String(value);
    case "decimal":
      return decimalText(BigInt(String(value)), type.scale);
    case "date":
      return dateText(Number(value)) ?? invalid(name, `day ${value} since 1970 is outside the years 0001 to 9999`);
    case "string":
      return value === ""
        ? invalid(name, "it holds an empty string, which Delta would read back as NULL")
        : String(value);
    default:
      return invalid(name, `${landTypeText(type)} is no type to partition by`);
  }
}

/** The value of a partition column of a file. */
export function parsePartitionText({ name, type }: Field, text: string | null): Value {
  if (text === null || text === "") return null;
  switch (type.kind) {
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      break;
    case "int32":
      if (/^-?\d+$/.test(text)) return Number(text);
      break;
    case "int64":
      if (/^-?\d+$/.test(text)) return BigInt(text);
      break;
    case "decimal": {
      const unscaled = parseDecimalText(text, type.scale);
      if (unscaled !== undefined) return type.precision <= 9 ? Number(unscaled) : unscaled;
      break;
    }
    case "date": {
      const days = parseDateText(text);
      if (days !== undefined) return days;
      break;
    }
    case "timestamp": {
      const micros = type.unit === "us" ? parseTimestampText(text) : undefined;
      if (micros !== undefined) return micros;
      break;
    }
    case "string":
      return text;
  }
  return invalid(name, `${JSON.stringify(text)} is no ${landTypeText(type)}`);
}

function invalid(column: string, why: string): never {
  throw lakeError("PARTITION_VALUE_INVALID", `Cannot partition by ${column}: ${why}.`, { details: { column } });
}
