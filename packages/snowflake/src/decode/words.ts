import type { VectorBuilder } from "@snowmelt/core/types";

type Words = Pick<VectorBuilder, "appendWords">;

const two32 = 4_294_967_296;

/** Appends an integer of up to 53 bits to an int64 vector. */
export function appendSafeInteger(builder: Words, magnitude: number, negative: boolean): void {
  const low = magnitude >>> 0;
  const high = Math.floor(magnitude / two32);
  if (negative && magnitude !== 0) builder.appendWords((~low + 1) >>> 0, low === 0 ? -high : ~high);
  else builder.appendWords(low, high);
}

/**
 * Appends `a * m + b` (negated when asked), which may need all of 63 bits, by 16-bit limbs of `a`. Each of the three is not
 * negative; `a` is below 2^40, `m` below 2^30, `b` below `m`, and the result below 2^63.
 */
export function appendProduct(builder: Words, { a, m, b }: Product, negative: boolean): void {
  const upper = Math.floor(a / 65_536);
  const small = (a - upper * 65_536) * m + b;
  const large = upper * m;
  const largeLow = large % 65_536;
  const sum = (small % two32) + largeLow * 65_536;
  const carry = sum >= two32 ? 1 : 0;
  const low = sum - carry * two32;
  const high = Math.floor(small / two32) + (large - largeLow) / 65_536 + carry;
  if (negative && (low !== 0 || high !== 0)) builder.appendWords((~low + 1) >>> 0, low === 0 ? -high : ~high);
  else builder.appendWords(low, high);
}

export interface Product {
  readonly a: number;
  readonly m: number;
  readonly b: number;
}
