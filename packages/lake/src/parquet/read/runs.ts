import { copyBits, setBits } from "../format/bitmap.ts";
import { parquetError } from "../parquet-error.ts";

/** A stretch of bytes being read; `at` moves. */
export interface ByteCursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
}

export function readVarint(cursor: ByteCursor): number {
  let value = 0;
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    if (cursor.at >= cursor.end) throw cutOff("a number");
    const byte = cursor.bytes[cursor.at++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
  throw parquetError("PARQUET_CORRUPT", "A run has a header of more than 32 bits.");
}

/** The RLE/bit-packed hybrid: `count` numbers of `bitWidth` (0 to 32) bits, as signed 32-bit. */
export function decodeRuns(cursor: ByteCursor, bitWidth: number, count: number): Int32Array {
  const values = new Int32Array(count);
  if (bitWidth > 32) throw parquetError("PARQUET_CORRUPT", `A run has numbers of ${bitWidth} bits.`);
  for (let done = 0; done < count; ) {
    const header = readVarint(cursor);
    if ((header & 1) === 0) {
      const run = Math.min(header >>> 1, count - done);
      const width = (bitWidth + 7) >> 3;
      if (cursor.at + width > cursor.end) throw cutOff("a run");
      let value = 0;
      for (let byte = 0; byte < width; byte++) value |= (cursor.bytes[cursor.at++] ?? 0) << (8 * byte);
      if (run === 0) throw parquetError("PARQUET_CORRUPT", "A run is empty.");
      values.fill(value, done, done + run);
      done += run;
      continue;
    }
    const groups = header >>> 1;
    const packedBytes = groups * bitWidth;
    if (groups === 0) throw parquetError("PARQUET_CORRUPT", "A run is empty.");
    const used = Math.min(groups * 8, count - done);
    // Some writers cut the padding of the last group.
    if (cursor.at + Math.ceil((used * bitWidth) / 8) > cursor.end) throw cutOff("a bit-packed run");
    unpack(cursor, bitWidth, { values, at: done, count: used });
    cursor.at = Math.min(cursor.end, cursor.at + packedBytes);
    done += used;
  }
  return values;
}

function unpack(
  { bytes, at: start }: ByteCursor,
  bitWidth: number,
  target: { readonly values: Int32Array; readonly at: number; readonly count: number },
): void {
  const { values } = target;
  const end = target.at + target.count;
  if (bitWidth === 8) {
    for (let i = target.at, at = start; i < end; i++, at++) values[i] = bytes[at] ?? 0;
  } else if (bitWidth <= 24) {
    const mask = (1 << bitWidth) - 1;
    let at = start;
    let held = 0;
    let heldBits = 0;
    for (let i = target.at; i < end; i++) {
      while (heldBits < bitWidth) {
        held |= (bytes[at++] ?? 0) << heldBits;
        heldBits += 8;
      }
      values[i] = held & mask;
      held >>>= bitWidth;
      heldBits -= bitWidth;
    }
  } else unpackWide(bytes, start, bitWidth, target);
}

function unpackWide(
  bytes: Uint8Array,
  start: number,
  bitWidth: number,
  { values, at, count }: { readonly values: Int32Array; readonly at: number; readonly count: number },
): void {
  for (let i = 0; i < count; i++) {
    let value = 0;
    for (let bit = 0; bit < bitWidth; bit++) {
      const position = i * bitWidth + bit;
      value |= (((bytes[start + (position >> 3)] ?? 0) >> (position & 7)) & 1) << bit;
    }
    values[at + i] = value;
  }
}

/** Definition levels of a flat column as a validity bitmap; undefined when no row is NULL. */
export function decodeValidity(
  cursor: ByteCursor,
  rowCount: number,
): { bits: Uint8Array | undefined; nullCount: number } {
  const bits = new Uint8Array((rowCount + 7) >> 3);
  for (let row = 0; row < rowCount; ) {
    const header = readVarint(cursor);
    const isPacked = (header & 1) === 1;
    const length = Math.min(isPacked ? (header >>> 1) * 8 : header >>> 1, rowCount - row);
    const bytes = isPacked ? (length + 7) >> 3 : 1;
    if (length === 0) throw parquetError("PARQUET_CORRUPT", "A run of levels is empty.");
    if (cursor.at + bytes > cursor.end) throw cutOff("a run of levels");
    if (isPacked) copyBits(cursor.bytes, cursor.at * 8, bits, row, length);
    else if (cursor.bytes[cursor.at] === 1) setBits(bits, row, length);
    else if (cursor.bytes[cursor.at] !== 0)
      throw parquetError("PARQUET_CORRUPT", "A level is above 1 in a flat column.");
    cursor.at = isPacked ? Math.min(cursor.end, cursor.at + (header >>> 1)) : cursor.at + 1;
    row += length;
  }
  const nullCount = rowCount - countBits(bits);
  return { bits: nullCount === 0 ? undefined : bits, nullCount };
}

function countBits(bits: Uint8Array): number {
  let count = 0;
  for (let value of bits) {
    for (; value !== 0; value &= value - 1) count++;
  }
  return count;
}

const cutOff = (what: string) => parquetError("PARQUET_CORRUPT", `A page ends inside ${what}.`);
