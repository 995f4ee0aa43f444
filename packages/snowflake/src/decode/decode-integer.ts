import type { VectorBuilder } from "@snowmelt/core/types";
import { outOfRange } from "./cell-error.ts";
import { type ColumnDecoder, cellAt, type Target } from "./column-decoder.ts";
import { unscaledOf } from "./unscaled.ts";
import { appendProduct, appendSafeInteger } from "./words.ts";

const min64 = -(2n ** 63n);
const max64 = 2n ** 63n - 1n;
const billion = 1_000_000_000;

/** Digits to a 64-bit integer. A fraction that is not zero, or a value of more bits, fails. */
export function integerDecoder(target: Target): ColumnDecoder {
  const { column, builder } = target;
  return (rows, firstRow) => {
    for (let at = 0; at < rows.length; at++) {
      const text = cellAt(rows[at], column);
      if (text === null) builder.appendNull();
      else if (!appendDigits(builder, text)) appendLarge(target, text, firstRow + at);
    }
  };
}

/** The fast way for up to 18 digits; false when the text is anything else. */
function appendDigits(builder: VectorBuilder, text: string): boolean {
  const negative = text.charCodeAt(0) === 45;
  const start = negative ? 1 : 0;
  const count = text.length - start;
  if (count === 0 || count > 18) return false;
  const split = count <= 15 ? text.length : text.length - 9;
  const head = digitsOf(text, start, split);
  if (head < 0) return false;
  if (count <= 15) {
    appendSafeInteger(builder, head, negative);
    return true;
  }
  const tail = digitsOf(text, split, text.length);
  if (tail < 0) return false;
  appendProduct(builder, { a: head, m: billion, b: tail }, negative);
  return true;
}

/** At most 15 digits as a number; -1 when one is not a digit. */
export function digitsOf(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >>> 0 > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function appendLarge({ source, field, builder }: Target, text: string, row: number): void {
  const value = unscaledOf(text, 0);
  if (value === undefined) throw outOfRange({ source, field, row }, text, "it is not a whole number");
  if (value < min64 || value > max64) throw outOfRange({ source, field, row }, text, "it needs more than 64 bits");
  builder.appendInt64(value);
}
