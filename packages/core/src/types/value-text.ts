import type { Value } from "./column-batch.ts";
import type { LandType, TimeUnit } from "./land-type.ts";

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

/** In the proleptic Gregorian calendar, for any 32-bit day (the platform's Date ends at 100,000,000). */
function dateText(days: number): string {
  // Counted in years that begin in March, so that the leap day is the last of its year.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year < 0 ? year : String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

function clockText(units: bigint, unit: TimeUnit): string {
  const perSecond = unitsPerSecond(unit);
  const seconds = Number(units / perSecond);
  const fraction = (units % perSecond).toString().padStart(unit === "us" ? 6 : 9, "0");
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

const unitsPerSecond = (unit: TimeUnit): bigint => (unit === "us" ? 1_000_000n : 1_000_000_000n);

const two = (count: number): string => String(count).padStart(2, "0");
