import type { Storage } from "@snowmelt/core/types";
import { copyBits } from "../format/bitmap.ts";
import { wordsOf } from "../format/words.ts";
import { filled, openGrowingBuffer, reserve } from "./growing-buffer.ts";
import type { Slice } from "./slice.ts";

/** Values in Parquet's PLAIN encoding, appended slice by slice. */
export interface PlainValues {
  append(slice: Slice): void;
  /** What was appended since `clear`; a view, valid until the next `append`. */
  bytes(): Uint8Array;
  clear(): void;
  readonly heldBytes: number;
}

export function openPlainValues(storage: Storage): PlainValues {
  switch (storage) {
    case "bit":
      return openPlainBits();
    case "bytes":
      return openPlainBytes();
    default:
      return openPlainWords(storage);
  }
}

function openPlainWords(storage: "int32" | "int64" | "float64" | "int128"): PlainValues {
  const buffer = openGrowingBuffer();
  const wordsPerValue = storage === "int32" ? 1 : storage === "int128" ? 4 : 2;
  const append = wordsPerValue === 1 ? appendWords1 : wordsPerValue === 2 ? appendWords2 : appendReversedWords4;
  return {
    append(slice) {
      reserve(buffer, slice.count * wordsPerValue * 4);
      append(wordsOf(slice.vector), slice, buffer.words, buffer.length >> 2);
      buffer.length += slice.count * wordsPerValue * 4;
    },
    bytes: () => filled(buffer),
    clear() {
      buffer.length = 0;
    },
    get heldBytes() {
      return buffer.bytes.length;
    },
  };
}

function appendWords1(from: Int32Array, { rows, from: start, count }: Slice, to: Int32Array, at: number): void {
  if (rows === undefined) return to.set(from.subarray(start, start + count), at);
  for (let i = 0; i < count; i++) to[at + i] = from[rows[i] ?? 0] ?? 0;
}

function appendWords2(from: Int32Array, { rows, from: start, count }: Slice, to: Int32Array, at: number): void {
  if (rows === undefined) return to.set(from.subarray(start * 2, (start + count) * 2), at);
  for (let i = 0, out = at; i < count; i++) {
    const word = (rows[i] ?? 0) * 2;
    to[out++] = from[word] ?? 0;
    to[out++] = from[word + 1] ?? 0;
  }
}

/** FIXED_LEN_BYTE_ARRAY decimals are big-endian. */
function appendReversedWords4(from: Int32Array, { rows, from: start, count }: Slice, to: Int32Array, at: number): void {
  for (let i = 0, out = at; i < count; i++) {
    const word = (rows === undefined ? start + i : (rows[i] ?? 0)) * 4;
    to[out++] = reversed(from[word + 3] ?? 0);
    to[out++] = reversed(from[word + 2] ?? 0);
    to[out++] = reversed(from[word + 1] ?? 0);
    to[out++] = reversed(from[word] ?? 0);
  }
}

const reversed = (word: number): number =>
  (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24);

function openPlainBytes(): PlainValues {
  const buffer = openGrowingBuffer();
  return {
    append({ vector, rows, from, count }) {
      if (vector.storage !== "bytes") throw new TypeError(`expected bytes, got ${vector.storage}`);
      const { offsets, bytes } = vector;
      if (rows === undefined) reserve(buffer, (offsets[from + count] ?? 0) - (offsets[from] ?? 0) + 4 * count);
      for (let i = 0; i < count; i++) {
        const row = rows === undefined ? from + i : (rows[i] ?? 0);
        const start = offsets[row] ?? 0;
        const length = (offsets[row + 1] ?? 0) - start;
        if (rows !== undefined) reserve(buffer, length + 4);
        buffer.length = appendValue(buffer.bytes, buffer.length, bytes, start, length);
      }
    },
    bytes: () => filled(buffer),
    clear() {
      buffer.length = 0;
    },
    get heldBytes() {
      return buffer.bytes.length;
    },
  };
}

/** The length, little-endian, then the value. Short values are copied by hand: a call to `set` costs more than they do. */
function appendValue(to: Uint8Array, at: number, from: Uint8Array, start: number, length: number): number {
  to[at] = length;
  to[at + 1] = length >> 8;
  to[at + 2] = length >> 16;
  to[at + 3] = length >> 24;
  const out = at + 4;
  if (length > 32) to.set(from.subarray(start, start + length), out);
  else for (let i = 0; i < length; i++) to[out + i] = from[start + i] ?? 0;
  return out + length;
}

function openPlainBits(): PlainValues {
  let bits = new Uint8Array(0);
  let count = 0;
  return {
    append({ vector, rows, from, count: added }) {
      if (vector.storage !== "bit") throw new TypeError(`expected bits, got ${vector.storage}`);
      const { values } = vector;
      if (count === 0) bits.fill(0);
      const needed = (count + added + 7) >> 3;
      if (needed > bits.length) {
        const grown = new Uint8Array(Math.max(needed, bits.length * 2));
        grown.set(bits);
        bits = grown;
      }
      if (rows === undefined) copyBits(values, from, bits, count, added);
      else {
        for (let i = 0, bit = count; i < added; i++, bit++) {
          const row = rows[i] ?? 0;
          bits[bit >> 3] = (bits[bit >> 3] ?? 0) | ((((values[row >> 3] ?? 0) >> (row & 7)) & 1) << (bit & 7));
        }
      }
      count += added;
    },
    bytes: () => bits.subarray(0, (count + 7) >> 3),
    clear() {
      count = 0;
    },
    get heldBytes() {
      return bits.length;
    },
  };
}
