import type { ColumnVector, Storage } from "@snowmelt/core/types";
import { parquetError } from "../parquet-error.ts";
import type { FileColumn } from "./file-column.ts";

const common = { validity: undefined, nullCount: 0 } as const;

/** Decimals of FIXED_LEN_BYTE_ARRAY and BYTE_ARRAY: big-endian two's complement of any length that fits the storage. */
export function fromBigEndian(column: FileColumn, vector: ColumnVector, storage: Storage): ColumnVector {
  if (vector.storage !== "bytes") return vector;
  const { offsets, bytes } = vector;
  const count = offsets.length - 1;
  const width = storage === "int32" ? 4 : storage === "int64" ? 8 : 16;
  const out = new Uint8Array(count * width);
  for (let row = 0; row < count; row++) {
    const start = offsets[row] ?? 0;
    const length = (offsets[row + 1] ?? 0) - start;
    const sign = length > 0 && (bytes[start] ?? 0) > 0x7f ? 0xff : 0;
    const base = row * width;
    for (let byte = 0; byte < width; byte++) {
      out[base + byte] = byte < length ? (bytes[start + length - 1 - byte] ?? 0) : sign;
    }
    for (let extra = 0; extra < length - width; extra++) {
      if (bytes[start + extra] === sign && (out[base + width - 1] ?? 0) >> 7 === sign >> 7) continue;
      throw parquetError(
        "PARQUET_CORRUPT",
        `Column ${JSON.stringify(column.name)}: a decimal of ${length} bytes is beyond its precision.`,
      );
    }
  }
  if (storage === "int32") return { storage, ...common, values: new Int32Array(out.buffer) };
  if (storage === "int64" || storage === "int128") return { storage, ...common, values: new BigInt64Array(out.buffer) };
  throw new TypeError(`decimals are not held as ${storage}`);
}

const julianEpoch = 2_440_588n;
const microsPerDay = 86_400_000_000n;

/** Spark's old timestamps: nanoseconds of the day and a Julian day. Digits below the microsecond are refused, not cut. */
export function fromInt96(vector: ColumnVector): ColumnVector {
  if (vector.storage !== "bytes") return vector;
  const { bytes } = vector;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new BigInt64Array(bytes.length / 12);
  for (let row = 0; row < values.length; row++) {
    const nanos = view.getBigInt64(row * 12, true);
    const day = BigInt(view.getUint32(row * 12 + 8, true));
    if (nanos % 1000n !== 0n) {
      throw parquetError("PARQUET_UNSUPPORTED", `An INT96 timestamp has ${nanos % 1000n} ns below the microsecond.`);
    }
    values[row] = (day - julianEpoch) * microsPerDay + nanos / 1000n;
  }
  return { storage: "int64", ...common, values };
}

/** Milliseconds, of 32 or 64 bits, as microseconds. */
export function toMicros(vector: ColumnVector): ColumnVector {
  if (vector.storage !== "int32" && vector.storage !== "int64") return vector;
  return {
    storage: "int64",
    ...common,
    values: BigInt64Array.from({ length: vector.values.length }, (_, row) => BigInt(vector.values[row] ?? 0) * 1000n),
  };
}

/** Unsigned 32-bit numbers, in 64. */
export function unsigned32(vector: ColumnVector): ColumnVector {
  if (vector.storage !== "int32") return vector;
  const words = new Int32Array(vector.values.length * 2);
  for (let row = 0; row < vector.values.length; row++) words[row * 2] = vector.values[row] ?? 0;
  return { storage: "int64", ...common, values: new BigInt64Array(words.buffer) };
}
