import { isUtf8 } from "node:buffer";
import { type ColumnVector, type Storage, storageOf } from "@snowmelt/core/types";
import { Encoding, nameOf, Physical } from "../format/format.ts";
import { parquetError } from "../parquet-error.ts";
import { decodeDeltaBytes, decodeDeltaIntegers, decodeDeltaLengths } from "./delta.ts";
import type { FileColumn } from "./file-column.ts";
import { fromBigEndian, fromInt96, toMicros, unsigned32 } from "./physical-values.ts";
import { type ByteCursor, decodeRuns } from "./runs.ts";

/** Values without NULLs, in the storage of the column's type. */
export function decodeDense(column: FileColumn, encoding: number, cursor: ByteCursor, count: number): ColumnVector {
  const decoded = decodePhysical(column, encoding, cursor, count);
  return toStorage(column, decoded);
}

/** Values as they stand in the file: INT96 and FIXED_LEN_BYTE_ARRAY as bytes. */
function decodePhysical(column: FileColumn, encoding: number, cursor: ByteCursor, count: number): ColumnVector {
  const { physical } = column;
  const isInteger = physical === Physical.INT32 || physical === Physical.INT64;
  switch (encoding) {
    case Encoding.PLAIN:
      return decodePlain(column, cursor, count);
    case Encoding.RLE:
      if (physical === Physical.BOOLEAN) return decodeRunBits(cursor, count);
      break;
    case Encoding.DELTA_BINARY_PACKED:
      if (isInteger) return decodeDeltaIntegers(cursor, physical === Physical.INT32 ? "int32" : "int64", count);
      break;
    case Encoding.DELTA_LENGTH_BYTE_ARRAY:
      if (physical === Physical.BYTE_ARRAY) return decodeDeltaLengths(cursor, count);
      break;
    case Encoding.DELTA_BYTE_ARRAY:
      if (physical === Physical.BYTE_ARRAY || physical === Physical.FIXED_LEN_BYTE_ARRAY) {
        return decodeDeltaBytes(cursor, count);
      }
      break;
    case Encoding.BYTE_STREAM_SPLIT:
      if (physical !== Physical.BYTE_ARRAY && physical !== Physical.BOOLEAN) {
        return decodePlain(column, joinStreams(column, cursor, count), count);
      }
      break;
    default:
      break;
  }
  throw parquetError(
    "PARQUET_UNSUPPORTED",
    `Column ${JSON.stringify(column.name)}: ${nameOf(Physical, physical)} values in encoding ${nameOf(Encoding, encoding)} are not read.`,
  );
}

function decodePlain(column: FileColumn, cursor: ByteCursor, count: number): ColumnVector {
  const common = { validity: undefined, nullCount: 0 };
  switch (column.physical) {
    case Physical.BOOLEAN:
      return { storage: "bit", ...common, values: take(cursor, (count + 7) >> 3) };
    case Physical.INT32:
      return { storage: "int32", ...common, values: new Int32Array(take(cursor, count * 4).buffer) };
    case Physical.INT64:
      return { storage: "int64", ...common, values: new BigInt64Array(take(cursor, count * 8).buffer) };
    case Physical.DOUBLE:
      return { storage: "float64", ...common, values: new Float64Array(take(cursor, count * 8).buffer) };
    case Physical.FLOAT:
      return {
        storage: "float64",
        ...common,
        values: Float64Array.from(new Float32Array(take(cursor, count * 4).buffer)),
      };
    case Physical.BYTE_ARRAY:
      return decodeByteArrays(cursor, count);
    default: {
      const width = column.physical === Physical.INT96 ? 12 : column.typeLength;
      const offsets = new Int32Array(count + 1);
      for (let row = 1; row <= count; row++) offsets[row] = row * width;
      return { storage: "bytes", ...common, offsets, bytes: take(cursor, count * width) };
    }
  }
}

/** A copy, so that its buffer starts at the first value and is aligned. */
function take(cursor: ByteCursor, count: number): Uint8Array<ArrayBuffer> {
  if (count > cursor.end - cursor.at) throw cutOff(count, cursor.end - cursor.at);
  const bytes = new Uint8Array(count);
  bytes.set(cursor.bytes.subarray(cursor.at, cursor.at + count));
  cursor.at += count;
  return bytes;
}

function decodeByteArrays(cursor: ByteCursor, count: number): ColumnVector {
  const { bytes: from, end } = cursor;
  const room = end - cursor.at - 4 * count;
  if (room < 0) throw cutOff(4 * count, end - cursor.at);
  const bytes = new Uint8Array(room);
  const offsets = new Int32Array(count + 1);
  let at = cursor.at;
  let length = 0;
  for (let row = 0; row < count; row++) {
    if (at + 4 > end) throw cutOff(4, end - at);
    const size =
      (from[at] ?? 0) | ((from[at + 1] ?? 0) << 8) | ((from[at + 2] ?? 0) << 16) | ((from[at + 3] ?? 0) << 24);
    at += 4;
    if (size < 0 || size > end - at || length + size > room) throw cutOff(size, end - at);
    if (size > 32) bytes.set(from.subarray(at, at + size), length);
    else for (let i = 0; i < size; i++) bytes[length + i] = from[at + i] ?? 0;
    at += size;
    length += size;
    offsets[row + 1] = length;
  }
  cursor.at = at;
  return { storage: "bytes", validity: undefined, nullCount: 0, offsets, bytes: bytes.subarray(0, length) };
}

/** Booleans of V2 pages: runs behind their length. */
function decodeRunBits(cursor: ByteCursor, count: number): ColumnVector {
  cursor.at += 4;
  const runs = decodeRuns(cursor, 1, count);
  const values = new Uint8Array((count + 7) >> 3);
  for (let row = 0; row < count; row++) values[row >> 3] = (values[row >> 3] ?? 0) | ((runs[row] ?? 0) << (row & 7));
  return { storage: "bit", validity: undefined, nullCount: 0, values };
}

/** BYTE_STREAM_SPLIT: all first bytes, then all second bytes, and so on. */
function joinStreams(column: FileColumn, cursor: ByteCursor, count: number): ByteCursor {
  const is32 = column.physical === Physical.INT32 || column.physical === Physical.FLOAT;
  const width = column.physical === Physical.FIXED_LEN_BYTE_ARRAY ? column.typeLength : is32 ? 4 : 8;
  const split = take(cursor, count * width);
  const bytes = new Uint8Array(count * width);
  for (let stream = 0; stream < width; stream++) {
    for (let row = 0; row < count; row++) bytes[row * width + stream] = split[stream * count + row] ?? 0;
  }
  return { bytes, at: 0, end: bytes.length };
}

function toStorage(column: FileColumn, vector: ColumnVector): ColumnVector {
  const { type, physical } = column;
  if (!type) throw parquetError("PARQUET_UNSUPPORTED", `Column ${JSON.stringify(column.name)}: ${column.refusal}.`);
  if (physical === Physical.INT96) return fromInt96(vector);
  const storage: Storage = storageOf(type);
  if (type.kind === "decimal" && vector.storage === "bytes") return fromBigEndian(column, vector, storage);
  if (column.isUnsigned) return unsigned32(vector);
  if (column.unitsPerValue === 1000) return toMicros(vector);
  if (type.kind === "string" && vector.storage === "bytes") checkUtf8(column, vector.offsets, vector.bytes);
  return vector;
}

function checkUtf8(column: FileColumn, offsets: Int32Array, bytes: Uint8Array): void {
  let isSound = isUtf8(bytes);
  for (let row = 0; isSound && row < offsets.length; row++) {
    const at = offsets[row] ?? 0;
    isSound = at >= bytes.length || ((bytes[at] ?? 0) & 0xc0) !== 0x80;
  }
  if (isSound) return;
  throw parquetError(
    "PARQUET_CORRUPT",
    `Column ${JSON.stringify(column.name)} is text, but holds bytes that are not UTF-8.`,
  );
}

const cutOff = (needed: number, left: number) =>
  parquetError("PARQUET_CORRUPT", `A page ends early: ${needed} bytes of values were expected, ${left} are left.`);
