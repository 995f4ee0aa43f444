import type { Value } from "./column-batch.ts";
import type { LandType, TimeUnit } from "./land-type.ts";

const dayMs = 86_400_000;

/**
 * A value for people, exact: `-12.50`, `2026-01-31`, `2026-01-31T10:00:00.000001Z` (no `Z` without a zone),
 * `10:00:00.000000`, hex for binary, `NULL`. Not cut and not quoted.
 */
export function valueText(type: LandType, value: Value): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex").toUpperCase();
  switch (type.kind) {
    case "decimal":
      return decimalText(BigInt(value), type.scale);
    case "date":
      return dateText(Number(value));
    case "time":
      return clockText(BigInt(value), type.unit);
    case "timestamp": {
      const perDay = unitsPerSecond(type.unit) * 86_400n;
      const units = BigInt(value);
      const clock = ((units % perDay) + perDay) % perDay;
      return `${dateText(Number((units - clock) / perDay))}T${clockText(clock, type.unit)}${type.utc ? "Z" : ""}`;
    }
    default:
      return String(value);
  }
}

/** An unscaled integer as a decimal with exactly `scale` digits behind the point. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const sign = unscaled < 0n ? "-" : "";
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function dateText(days: number): string {
  const date = new Date(days * dayMs);
  const year = date.getUTCFullYear();
  const shown = year >= 0 && year <= 9999 ? String(year).padStart(4, "0") : String(year);
  return `${shown}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
}

function clockText(units: bigint, unit: TimeUnit): string {
  const perSecond = unitsPerSecond(unit);
  const seconds = Number(units / perSecond);
  const fraction = (units % perSecond).toString().padStart(unit === "us" ? 6 : 9, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

const unitsPerSecond = (unit: TimeUnit): bigint => (unit === "us" ? 1_000_000n : 1_000_000_000n);

const two = (count: number): string => String(count).padStart(2, "0");
