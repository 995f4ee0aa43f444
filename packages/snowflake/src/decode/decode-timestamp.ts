import type { LandedPart, SnowflakeType, VectorBuilder } from "@snowmelt/core/types";
import { outOfRange } from "./cell-error.ts";
import { type ColumnDecoder, cellAt, type Target } from "./column-decoder.ts";
import { digitsOf } from "./decode-integer.ts";
import { daysAt, nanosAt, noDays, secondsAt, tooFine } from "./decode-time.ts";
import { appendProduct } from "./words.ts";

type Part<K extends LandedPart["kind"]> = Extract<LandedPart, { kind: K }>;

/** The landed columns one timestamp cell is made into; each but `micros` may be absent. */
export interface TimestampTargets {
  readonly micros: Target;
  readonly policy: Part<"micros">;
  readonly nanos?: VectorBuilder | undefined;
  readonly offsetMinutes?: VectorBuilder | undefined;
}

/** Seconds that make every moment of ours positive: 2^36, so that times 10^6 it is a round number of 2^32. */
const biasSeconds = 68_719_476_736;
const biasHigh = 16_000_000;

const wallLength = 29;
const lengths: Readonly<Partial<Record<SnowflakeType["kind"], number>>> = {
  timestamp_ntz: wallLength,
  timestamp_ltz: wallLength + 1,
  timestamp_tz: wallLength + 6,
};

/**
 * `YYYY-MM-DDTHH:MM:SS.fffffffff`, with `Z` or `+HH:MM` as the type has it, to microseconds since the epoch. Digits below
 * the microsecond fail, are dropped (towards the past), or go to a column of their own.
 */
export function timestampDecoder(targets: TimestampTargets): ColumnDecoder {
  const { micros, policy, nanos, offsetMinutes } = targets;
  const { column, source, field, type } = micros;
  const length = lengths[type.kind] ?? wallLength;
  const builder = biased(micros.builder);
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) {
        micros.builder.appendNull();
        nanos?.appendNull();
        offsetMinutes?.appendNull();
        continue;
      }
      const days = text.length === length && text.charCodeAt(10) === 84 ? daysAt(text) : noDays;
      const seconds = days === noDays ? -1 : secondsAt(text, 11);
      const fraction = seconds < 0 ? -1 : nanosAt(text, 19);
      const offset = fraction < 0 ? noOffset : offsetAt(text, length);
      if (offset === noOffset) {
        throw outOfRange({ source, field, row: firstRow + at }, text, "it is not a time of the years 0001 to 9999");
      }
      const fine = fraction % 1000;
      if (fine !== 0 && policy.nanos === "fail") throw outOfRange({ source, field, row: firstRow + at }, text, tooFine);
      if (offset !== 0 && policy.offset === "fail") {
        throw outOfRange({ source, field, row: firstRow + at }, text, "its offset from UTC is not 0");
      }
      const a = days * 86_400 + seconds - offset * 60 + biasSeconds;
      appendProduct(builder, { a, m: 1_000_000, b: (fraction - fine) / 1000 }, false);
      nanos?.appendNumber(fine);
      offsetMinutes?.appendNumber(offset);
    }
  };
}

const noOffset = 1e9;

/** Minutes east of UTC; {@link noOffset} when the text does not end as it must. */
function offsetAt(text: string, length: number): number {
  if (length === wallLength) return 0;
  if (length === wallLength + 1) return text.charCodeAt(wallLength) === 90 ? 0 : noOffset;
  const sign = text.charCodeAt(wallLength);
  const hours = digitsOf(text, wallLength + 1, wallLength + 3);
  const minutes = digitsOf(text, wallLength + 4, wallLength + 6);
  if ((sign !== 43 && sign !== 45) || text.charCodeAt(wallLength + 3) !== 58) return noOffset;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return noOffset;
  const total = hours * 60 + minutes;
  return sign === 45 && total !== 0 ? -total : total;
}

/** Takes the bias off again on the way into the vector. */
function biased(builder: VectorBuilder): Pick<VectorBuilder, "appendWords"> {
  return { appendWords: (low, high) => builder.appendWords(low, high - biasHigh) };
}
