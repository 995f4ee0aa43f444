const microsPerSecond = 1_000_000n;
const secondsPerDay = 86_400n;

/** Microseconds of one day, what a DATE cursor moves by. */
export const microsPerDay = secondsPerDay * microsPerSecond;

/** `2026-11-23T12:00:00.123456` of microseconds since the epoch, proleptic Gregorian, UTC. Years 1 to 9999. */
export function instantText(micros: bigint): string {
  const days = floorDiv(micros, microsPerDay);
  const inDay = micros - days * microsPerDay;
  const seconds = Number(inDay / microsPerSecond);
  const fraction = String(inDay % microsPerSecond).padStart(6, "0");
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
  return `${dateText(Number(days))}T${time}.${fraction}`;
}

/** `2026-11-23` of days since the epoch. Throws RangeError outside the years 1 to 9999. */
export function dateText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  if (year < 1 || year > 9999) throw new RangeError(`the year ${year} is outside 1 to 9999`);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

export function floorDiv(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Howard Hinnant's civil_from_days: eras of 400 years that begin on March 1. */
function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
