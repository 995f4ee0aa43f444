import type { VectorBuilder } from "@snowmelt/core/types";
import { outOfRange } from "./cell-error.ts";
import { type ColumnDecoder, cellAt, type Target } from "./column-decoder.ts";
import { unscaledOf } from "./unscaled.ts";
import { appendSafeInteger } from "./words.ts";

const powers = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const safeDigits = 15;

/** Digits to the unscaled integer of a decimal. A digit that would be lost, or too many of them, fails. */
export function decimalDecoder(target: Target, precision: number, scale: number): ColumnDecoder {
  const { column, builder } = target;
  const append = unscaledAppender(builder);
  const limit = precision > safeDigits ? Number.POSITIVE_INFINITY : (powers[precision] ?? 0);
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) {
        builder.appendNull();
        continue;
      }
      const magnitude = smallUnscaled(text, scale);
      if (magnitude >= 0 && magnitude < limit) append(magnitude, text.charCodeAt(0) === 45);
      else appendLarge(target, { text, row: firstRow + at, precision, scale });
    }
  };
}

/** The unscaled magnitude when it has at most 15 digits and the text is plain; else -1. */
function smallUnscaled(text: string, scale: number): number {
  const { length } = text;
  let at = text.charCodeAt(0) === 45 ? 1 : 0;
  if (length === at || length - at > safeDigits + 1) return -1;
  let value = 0;
  let digits = 0;
  let fraction = -1;
  for (; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >>> 0 > 9) {
      if (digit !== -2 || fraction >= 0) return -1;
      fraction = 0;
      continue;
    }
    value = value * 10 + digit;
    digits++;
    if (fraction >= 0) fraction++;
  }
  const missing = scale - Math.max(0, fraction);
  if (missing < 0 || digits === 0 || digits + missing > safeDigits) return -1;
  return value * (powers[missing] ?? 0);
}

const groupDigits = 15;
const bigPowers = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

/** The unscaled integer of plain digits, 15 of them at a time; undefined for any other text. */
function plainUnscaled(text: string, scale: number): bigint | undefined {
  const negative = text.charCodeAt(0) === 45;
  let total = 0n;
  let group = 0;
  let grouped = 0;
  let digits = 0;
  let fraction = -1;
  for (let at = negative ? 1 : 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >>> 0 > 9) {
      if (digit !== -2 || fraction >= 0) return undefined;
      fraction = 0;
      continue;
    }
    if (grouped === groupDigits) {
      total = total * (bigPowers[groupDigits] ?? 0n) + BigInt(group);
      group = 0;
      grouped = 0;
    }
    group = group * 10 + digit;
    grouped++;
    digits++;
    if (fraction >= 0) fraction++;
  }
  const missing = scale - Math.max(0, fraction);
  if (missing < 0 || digits === 0 || digits + missing >= bigPowers.length) return undefined;
  total = (total * (bigPowers[grouped] ?? 0n) + BigInt(group)) * (bigPowers[missing] ?? 0n);
  return negative ? -total : total;
}

function unscaledAppender(builder: VectorBuilder): (magnitude: number, negative: boolean) => void {
  switch (builder.storage) {
    case "int32":
      return (magnitude, negative) => builder.appendNumber(negative ? -magnitude : magnitude);
    case "int64":
      return (magnitude, negative) => appendSafeInteger(builder, magnitude, negative);
    default:
      return (magnitude, negative) => {
        const minus = negative && magnitude !== 0;
        builder.appendInt128(BigInt(minus ? -magnitude : magnitude), minus ? -1n : 0n);
      };
  }
}

function appendLarge(
  { source, field, builder }: Target,
  { text, row, precision, scale }: { text: string; row: number; precision: number; scale: number },
): void {
  const value = plainUnscaled(text, scale) ?? unscaledOf(text, scale);
  if (value === undefined) {
    throw outOfRange({ source, field, row }, text, `it is not a number with at most ${scale} digits after the point`);
  }
  if ((value < 0n ? -value : value) >= 10n ** BigInt(precision)) {
    throw outOfRange({ source, field, row }, text, `it has more than ${precision} digits`);
  }
  if (builder.storage === "int32") builder.appendNumber(Number(value));
  else if (builder.storage === "int64") builder.appendInt64(value);
  else builder.appendInt128(BigInt.asIntN(64, value), value >> 64n);
}
