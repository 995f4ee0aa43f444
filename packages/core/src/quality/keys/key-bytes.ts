import { type ColumnVector, type Field, isValid, type LandType, type Value, valueText } from "../../types/index.ts";
import type { ByteKeys } from "./byte-keys.ts";

/** Writes one column's value of a row at `at` and returns where it ends. `reserved` bytes of room are there. */
export interface KeyPart {
  reserved(row: number): number;
  write(keys: ByteKeys, row: number, at: number): number;
}

/**
 * A column's part of a key's canonical bytes: 0 for NULL, else 1 and the value (fixed width, or a 32-bit length and the
 * bytes), so that two rows have equal bytes exactly when their values are equal. 0 and -0 are equal, and so are all NaN.
 */
export function keyPart(vector: ColumnVector): KeyPart {
  const write = valueWriter(vector);
  const valueBytes = vector.storage === "bytes" ? 0 : fixedBytes[vector.storage];
  return {
    reserved: (row) =>
      vector.storage === "bytes" ? 5 + (vector.offsets[row + 1] ?? 0) - (vector.offsets[row] ?? 0) : 1 + valueBytes,
    write(keys, row, at) {
      if (!isValid(vector, row)) {
        keys.bytes[at] = 0;
        return at + 1;
      }
      keys.bytes[at] = 1;
      return write(keys, row, at + 1);
    },
  };
}

const fixedBytes = { bit: 1, int32: 4, int64: 8, float64: 8, int128: 16 } as const;

function valueWriter(vector: ColumnVector): KeyPart["write"] {
  switch (vector.storage) {
    case "bit":
      return (keys, row, at) => {
        keys.bytes[at] = ((vector.values[row >> 3] ?? 0) >> (row & 7)) & 1;
        return at + 1;
      };
    case "int32":
      return (keys, row, at) => {
        keys.view.setInt32(at, vector.values[row] ?? 0, true);
        return at + 4;
      };
    case "float64":
      return (keys, row, at) => {
        const value = vector.values[row] ?? 0;
        keys.view.setFloat64(at, value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value, true);
        return at + 8;
      };
    case "int64":
      return wordWriter(vector.values, 2);
    case "int128":
      return wordWriter(vector.values, 4);
    case "bytes":
      return (keys, row, at) => {
        const start = vector.offsets[row] ?? 0;
        const end = vector.offsets[row + 1] ?? 0;
        keys.view.setUint32(at, end - start, true);
        let to = at + 4;
        for (let from = start; from < end; from++) keys.bytes[to++] = vector.bytes[from] ?? 0;
        return to;
      };
    default:
      return vector satisfies never;
  }
}

function wordWriter(values: BigInt64Array, width: number): KeyPart["write"] {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  return (keys, row, at) => {
    for (let index = 0; index < width; index++)
      keys.view.setInt32(at + index * 4, words[row * width + index] ?? 0, true);
    return at + width * 4;
  };
}

/** The values of a key, for people: `AA, 17`. */
export function keyBytesText(fields: readonly Field[], key: Uint8Array): string {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const texts: string[] = [];
  let at = 0;
  for (const { type } of fields) {
    const isNull = view.getUint8(at++) === 0;
    const { value, end } = isNull ? { value: null, end: at } : readValue(type, view, at);
    texts.push(valueText(type, value));
    at = end;
  }
  return texts.join(", ");
}

function readValue(type: LandType, view: DataView, at: number): { value: Value; end: number } {
  switch (type.kind) {
    case "boolean":
      return { value: view.getUint8(at) === 1, end: at + 1 };
    case "int32":
    case "date":
      return { value: view.getInt32(at, true), end: at + 4 };
    case "float64":
      return { value: view.getFloat64(at, true), end: at + 8 };
    case "int64":
    case "time":
    case "timestamp":
      return { value: view.getBigInt64(at, true), end: at + 8 };
    case "decimal": {
      if (type.precision <= 9) return { value: view.getInt32(at, true), end: at + 4 };
      if (type.precision <= 18) return { value: view.getBigInt64(at, true), end: at + 8 };
      const value = (view.getBigInt64(at + 8, true) << 64n) | view.getBigUint64(at, true);
      return { value, end: at + 16 };
    }
    case "string":
    case "binary": {
      const end = at + 4 + view.getUint32(at, true);
      const bytes = new Uint8Array(view.buffer, view.byteOffset + at + 4, end - at - 4);
      return {
        value: type.kind === "string" ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) : bytes,
        end,
      };
    }
    default:
      return type satisfies never;
  }
}
