import { dateText, parseDateText } from "./date-text.ts";

const dayMicros = 86_400_000_000n;

/** Microseconds since the epoch as `2026-11-22` and `10:00:00.123456`; undefined outside the years 0001 to 9999. */
export function timestampParts(micros: bigint): { readonly date: string; readonly time: string } | undefined {
  const ofDay = ((micros % dayMicros) + dayMicros) % dayMicros;
  const date = dateText(Number((micros - ofDay) / dayMicros));
  if (date === undefined) return undefined;
  const seconds = Number(ofDay / 1_000_000n);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return { date, time: `${clock}.${String(ofDay % 1_000_000n).padStart(6, "0")}` };
}

/** Microseconds since the epoch of `2026-11-22T10:00:00.123Z`, or with a space, an offset, no zone, up to six decimals. */
export function parseTimestampText(text: string): bigint | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d{2}:?\d{2})?$/.exec(
    text,
  );
  const days = match?.[1] === undefined ? undefined : parseDateText(match[1]);
  if (!match || days === undefined) return undefined;
  const [, , hours = "0", minutes = "0", seconds = "0", fraction = "", zone = "Z"] = match;
  const ofDay = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const micros = BigInt(days) * dayMicros + BigInt(ofDay) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
  return micros - offsetMicros(zone);
}

function offsetMicros(zone: string): bigint {
  if (zone === "Z") return 0n;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return BigInt(zone.startsWith("-") ? -minutes : minutes) * 60_000_000n;
}
