/** A moment read from text: nanoseconds of the wall clock since 1970, and the offset in minutes if the text named one. */
export interface ClockText {
  readonly nanos: bigint;
  readonly offsetMinutes: number | null;
}

const ISO =
  /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9})\d*)?)?)?\s*(Z|[+-]\d{1,2}(?::?\d{2})?)?\s*$/;
const TIME = /^\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{0,9})\d*)?)?\s*$/;

/** Reads the ISO forms of a literal when the statement is compiled; anything else is left to `sf_clock`. */
export function readClockText(text: string): ClockText | null {
  const found = ISO.exec(text);
  if (found === null) return null;
  const [, year = "", month = "", day = "", hour = "0", minute = "0", second = "0", fraction = "", zone] = found;
  const days = daysSinceEpoch(Number(year), Number(month), Number(day));
  if (days === null || Number(year) < 1 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const seconds = BigInt(days) * 86_400n + BigInt(Number(hour) * 3600 + Number(minute) * 60 + Number(second));
  return {
    nanos: seconds * 1_000_000_000n + BigInt(fraction.padEnd(9, "0")),
    offsetMinutes: zone === undefined ? null : offsetOf(zone),
  };
}

/** Nanoseconds since midnight of `HH:MI[:SS[.fraction]]`. */
export function readTimeText(text: string): bigint | null {
  if (!TIME.test(text)) return null;
  return readClockText(`1970-01-01 ${text.trim()}`)?.nanos ?? null;
}

/** Seconds with nine decimals, as the timestamp columns hold them. */
export function printSeconds(nanos: bigint): string {
  const sign = nanos < 0n ? "-" : "";
  const digits = (nanos < 0n ? -nanos : nanos).toString().padStart(10, "0");
  return `${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

function daysSinceEpoch(year: number, month: number, day: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return Math.round(date.getTime() / 86_400_000);
}

function offsetOf(zone: string): number {
  if (zone === "Z") return 0;
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d{1,2}?):?(\d{2})?$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
