import type { ColumnVector } from "@snowmelt/core/types";
import { parquetError } from "../parquet-error.ts";
import { type ByteCursor, readVarint } from "./runs.ts";

// https://github.com/apache/parquet-format/blob/master/Encodings.md: DELTA_BINARY_PACKED and the encodings built on it.

const common = { validity: undefined, nullCount: 0 } as const;

export function decodeDeltaIntegers(cursor: ByteCursor, storage: "int32" | "int64", count: number): ColumnVector {
  const values = decodeDeltas(cursor, count);
  if (storage === "int64") return { storage, ...common, values };
  return { storage, ...common, values: Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value))) };
}

/** Lengths, then all bytes. */
export function decodeDeltaLengths(cursor: ByteCursor, count: number): ColumnVector {
  const lengths = decodeDeltas(cursor, count);
  const offsets = new Int32Array(count + 1);
  let total = 0;
  for (let row = 0; row < count; row++) offsets[row + 1] = total += lengthOf(lengths[row], cursor);
  if (total > cursor.end - cursor.at) throw corrupt("its lengths go beyond its bytes");
  const bytes = cursor.bytes.slice(cursor.at, cursor.at + total);
  cursor.at += total;
  return { storage: "bytes", ...common, offsets, bytes };
}

/** What each value shares with the one before, then the rest of it. */
export function decodeDeltaBytes(cursor: ByteCursor, count: number): ColumnVector {
  const shared = decodeDeltas(cursor, count);
  const rest = decodeDeltaLengths(cursor, count);
  if (rest.storage !== "bytes") throw new TypeError("lengths decode to bytes");
  const offsets = new Int32Array(count + 1);
  let total = 0;
  for (let row = 0; row < count; row++) {
    const prefix = Number(shared[row] ?? 0n);
    if (prefix < 0 || prefix > total - (offsets[row - 1] ?? 0))
      throw corrupt("a prefix is longer than the value before");
    offsets[row] = total;
    total += prefix + (rest.offsets[row + 1] ?? 0) - (rest.offsets[row] ?? 0);
    if (total > 0x7fff_ffff) throw corrupt("its values are beyond 2 GiB");
    offsets[row + 1] = total;
  }
  const bytes = new Uint8Array(total);
  for (let row = 0; row < count; row++) {
    const start = offsets[row] ?? 0;
    const prefix = Number(shared[row] ?? 0n);
    const before = row === 0 ? 0 : (offsets[row - 1] ?? 0);
    bytes.copyWithin(start, before, before + prefix);
    bytes.set(rest.bytes.subarray(rest.offsets[row], rest.offsets[row + 1]), start + prefix);
  }
  return { storage: "bytes", ...common, offsets, bytes };
}

function decodeDeltas(cursor: ByteCursor, count: number): BigInt64Array<ArrayBuffer> {
  const blockValues = readVarint(cursor);
  const miniblocks = readVarint(cursor);
  const total = readVarint(cursor);
  const perMiniblock = blockValues / miniblocks;
  if (total !== count) throw corrupt(`it holds ${total} values, ${count} were expected`);
  if (!Number.isInteger(perMiniblock) || perMiniblock % 8 !== 0 || perMiniblock === 0)
    throw corrupt("its blocks are uneven");
  const values = new BigInt64Array(count);
  let last = readZigzag(cursor);
  if (count > 0) values[0] = last;
  for (let row = 1; row < count; ) {
    const least = readZigzag(cursor);
    const widths = cursor.bytes.subarray(cursor.at, cursor.at + miniblocks);
    cursor.at += miniblocks;
    for (let block = 0; block < miniblocks && row < count; block++) {
      const width = widths[block] ?? 0;
      const bytes = (perMiniblock * width) >> 3;
      const used = Math.min(perMiniblock, count - row);
      if (width > 64 || cursor.at + Math.ceil((used * width) / 8) > cursor.end) throw corrupt("a block is cut off");
      for (let i = 0; i < used; i++) {
        last = BigInt.asIntN(64, last + least + readBits(cursor, i * width, width));
        values[row++] = last;
      }
      cursor.at = Math.min(cursor.end, cursor.at + bytes);
    }
  }
  return values;
}

function readBits({ bytes, at }: ByteCursor, firstBit: number, width: number): bigint {
  let value = 0n;
  let got = 0;
  while (got < width) {
    const bit = firstBit + got;
    const shift = bit & 7;
    const wanted = Math.min(8 - shift, width - got);
    const part = ((bytes[at + (bit >> 3)] ?? 0) >> shift) & ((1 << wanted) - 1);
    value |= BigInt(part) << BigInt(got);
    got += wanted;
  }
  return value;
}

function readZigzag(cursor: ByteCursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= cursor.end) throw corrupt("it is cut off");
    const byte = cursor.bytes[cursor.at++] ?? 0;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }
  throw corrupt("it has a number of more than 64 bits");
}

function lengthOf(value: bigint | undefined, { end, at }: ByteCursor): number {
  const length = Number(value ?? 0n);
  if (length < 0 || length > end - at) throw corrupt("a length goes beyond its bytes");
  return length;
}

const corrupt = (what: string) => parquetError("PARQUET_CORRUPT", `A page in a delta encoding is damaged: ${what}.`);
