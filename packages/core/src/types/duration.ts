import { z } from "zod";

const unitMs = {
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
} as const;
type DurationUnit = keyof typeof unitMs;

const expected = 'expected a duration such as "10 minutes", "1.5 hours" or "0 seconds"';
const unitNames = ["day", "hour", "minute", "second", "millisecond"] as const satisfies readonly DurationUnit[];
const pattern = /^(\d+(?:\.\d+)?) (day|hour|minute|second|millisecond)s?$/;

/**
 * A length of time as people write it: a number, a blank and a unit (day, hour, minute, second, millisecond, with or without
 * `s`). Its normal form counts whole numbers of the largest unit that divides it, so `600 seconds` becomes `10 minutes`.
 */
export const Duration = z
  .templateLiteral(
    [
      z.number(),
      " ",
      z.enum(["day", "days", "hour", "hours", "minute", "minutes", "second", "seconds", "millisecond", "milliseconds"]),
    ],
    { error: expected },
  )
  .refine((text) => Number.isSafeInteger(parsedMs(text)), { error: `${expected}, in whole milliseconds`, abort: true })
  .overwrite((text) => durationText(parsedMs(text)));
export type Duration = z.infer<typeof Duration>;

/** Milliseconds of a duration. Throws RangeError for anything that {@link Duration} does not accept. */
export function durationMs(duration: Duration): number {
  const ms = parsedMs(duration);
  if (!Number.isSafeInteger(ms)) throw new RangeError(`${expected}, got ${JSON.stringify(duration)}`);
  return ms;
}

/** The normal form of whole milliseconds. */
export function durationText(ms: number): Duration {
  const unit = ms === 0 ? "second" : (unitNames.find((name) => ms % unitMs[name] === 0) ?? "millisecond");
  const count = ms / unitMs[unit];
  return count === 1 ? `${count} ${unit}` : `${count} ${unit}s`;
}

function parsedMs(text: string): number {
  const match = pattern.exec(text);
  const unit = unitNames.find((name) => name === match?.[2]);
  if (!match || !unit) return Number.NaN;
  const ms = Number(match[1]) * unitMs[unit];
  const rounded = Math.round(ms);
  return Math.abs(ms - rounded) < 1e-6 ? rounded : Number.NaN;
}
