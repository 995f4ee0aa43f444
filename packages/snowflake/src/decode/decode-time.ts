import { outOfRange } from "./cell-error.ts";
import { daysFromCivil, isCivil } from "./civil.ts";
import { type ColumnDecoder, cellAt, type Target } from "./column-decoder.ts";
import { digitsOf } from "./decode-integer.ts";
import { appendSafeInteger } from "./words.ts";

const dash = 45;
const colon = 58;
const point = 46;

/** `YYYY-MM-DD` to days since the epoch. */
export function dateDecoder({ column, source, field, builder }: Target): ColumnDecoder {
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) {
        builder.appendNull();
        continue;
      }
      const days = text.length === 10 ? daysAt(text) : noDays;
      if (days === noDays) {
        throw outOfRange({ source, field, row: firstRow + at }, text, "it is not a date of the years 0001 to 9999");
      }
      builder.appendNumber(days);
    }
  };
}

/** `HH:MM:SS.fffffffff` to microseconds since midnight; finer digits fail. */
export function timeDecoder({ column, source, field, builder }: Target): ColumnDecoder {
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) {
        builder.appendNull();
        continue;
      }
      const seconds = text.length === 18 ? secondsAt(text, 0) : -1;
      const nanos = seconds < 0 ? -1 : nanosAt(text, 8);
      if (nanos < 0) throw outOfRange({ source, field, row: firstRow + at }, text, "it is not a time of day");
      if (nanos % 1000 !== 0) throw outOfRange({ source, field, row: firstRow + at }, text, tooFine);
      appendSafeInteger(builder, seconds * 1_000_000 + nanos / 1000, false);
    }
  };
}

export const tooFine = "it has digits below the microsecond";

/** No date of ours is as far from the epoch. */
export const noDays = -1e9;

/** Days since the epoch of the `YYYY-MM-DD` a text begins with; {@link noDays} when it is none. */
export function daysAt(text: string): number {
  const year = digitsOf(text, 0, 4);
  const month = digitsOf(text, 5, 7);
  const day = digitsOf(text, 8, 10);
  if (text.charCodeAt(4) !== dash || text.charCodeAt(7) !== dash || year < 1 || !isCivil(year, month, day))
    return noDays;
  return daysFromCivil(year, month, day);
}

/** Seconds since midnight of the `HH:MM:SS` at an index; -1 when it is none. */
export function secondsAt(text: string, at: number): number {
  const hours = digitsOf(text, at, at + 2);
  const minutes = digitsOf(text, at + 3, at + 5);
  const seconds = digitsOf(text, at + 6, at + 8);
  if (text.charCodeAt(at + 2) !== colon || text.charCodeAt(at + 5) !== colon) return -1;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return -1;
  return hours * 3600 + minutes * 60 + seconds;
}

/** Nanoseconds of the `.fffffffff` at an index; -1 when it is none. */
export function nanosAt(text: string, at: number): number {
  return text.charCodeAt(at) === point ? digitsOf(text, at + 1, at + 10) : -1;
}
