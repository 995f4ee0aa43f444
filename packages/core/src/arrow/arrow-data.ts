import {
  Binary,
  Bool,
  type Data,
  DateDay,
  Decimal,
  Float64,
  Int32,
  Int64,
  makeData,
  TimeMicrosecond,
  TimeNanosecond,
  TimestampMicrosecond,
  TimestampNanosecond,
  Utf8,
} from "apache-arrow";
import type { ColumnVector, LandType, Storage } from "../types/index.ts";

/** A vector as Arrow data over the same memory; decimals of up to 18 digits are copied into Arrow's 16 bytes. */
export function toArrowData(type: LandType, vector: ColumnVector, rowCount: number): Data {
  const rows = { length: rowCount, nullCount: vector.nullCount, nullBitmap: vector.validity ?? null };
  switch (type.kind) {
    case "boolean":
      return makeData({ type: new Bool(), ...rows, data: stored(vector, "bit").values });
    case "int32":
      return makeData({ type: new Int32(), ...rows, data: stored(vector, "int32").values });
    case "date":
      return makeData({ type: new DateDay(), ...rows, data: stored(vector, "int32").values });
    case "int64":
      return makeData({ type: new Int64(), ...rows, data: stored(vector, "int64").values });
    case "float64":
      return makeData({ type: new Float64(), ...rows, data: stored(vector, "float64").values });
    case "decimal":
      return makeData({ type: new Decimal(type.scale, type.precision, 128), ...rows, data: decimalWords(vector) });
    case "time": {
      const arrow = type.unit === "us" ? new TimeMicrosecond() : new TimeNanosecond();
      return makeData({ type: arrow, ...rows, data: stored(vector, "int64").values });
    }
    case "timestamp": {
      const zone = type.utc ? "UTC" : null;
      const arrow = type.unit === "us" ? new TimestampMicrosecond(zone) : new TimestampNanosecond(zone);
      return makeData({ type: arrow, ...rows, data: stored(vector, "int64").values });
    }
    case "string": {
      const { offsets, bytes } = stored(vector, "bytes");
      return makeData({ type: new Utf8(), ...rows, valueOffsets: offsets, data: bytes });
    }
    case "binary": {
      const { offsets, bytes } = stored(vector, "bytes");
      return makeData({ type: new Binary(), ...rows, valueOffsets: offsets, data: bytes });
    }
    default:
      return type satisfies never;
  }
}

/** Four little-endian words a value, as Arrow's decimal128. */
function decimalWords(vector: ColumnVector): Uint32Array {
  switch (vector.storage) {
    case "int128":
      return new Uint32Array(vector.values.buffer, vector.values.byteOffset, vector.values.length * 2);
    case "int64":
      return widened(new Int32Array(vector.values.buffer, vector.values.byteOffset, vector.values.length * 2), 2);
    case "int32":
      return widened(vector.values, 1);
    default:
      throw new TypeError(`expected a decimal's storage, got ${vector.storage}`);
  }
}

function widened(words: Int32Array, width: 1 | 2): Uint32Array {
  const rows = words.length / width;
  const wide = new Uint32Array(rows * 4);
  for (let row = 0; row < rows; row++) {
    const low = words[row * width] ?? 0;
    const high = width === 2 ? (words[row * 2 + 1] ?? 0) : low >> 31;
    wide[row * 4] = low;
    wide[row * 4 + 1] = high;
    if (high < 0) wide.fill(0xffff_ffff, row * 4 + 2, row * 4 + 4);
  }
  return wide;
}

type Stored<S extends Storage> = Extract<ColumnVector, { readonly storage: S }>;

function stored<S extends Storage>(vector: ColumnVector, storage: S): Stored<S> {
  if (isStored(vector, storage)) return vector;
  throw new TypeError(`expected a vector stored as ${storage}, got ${vector.storage}`);
}

function isStored<S extends Storage>(vector: ColumnVector, storage: S): vector is Stored<S> {
  return vector.storage === storage;
}
