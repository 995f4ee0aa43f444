import { type ColumnVector, type Field, isValid, landTypeText, type Storage, storageOf } from "@snowmelt/core/types";
import { lakeError } from "../lake-error.ts";

/** A row's key as bytes; equal keys, and no others, have equal bytes. */
export interface KeyEncoder {
  /** Length of every key, or undefined where text or binary makes them differ. */
  readonly width: number | undefined;
  /** Holds the key after `encode`, until the next call. */
  readonly bytes: Uint8Array;
  /** Turns to the key columns of another batch. */
  bind(columns: readonly ColumnVector[]): void;
  /** Length of the key, or -1 when one of its columns is NULL. */
  encode(row: number): number;
}

/** MERGE_KEY_INVALID without a column, or for a type whose equality is no matter of bytes. */
export function checkKey(fields: readonly Field[]): void {
  if (fields.length === 0) throw lakeError("MERGE_KEY_INVALID", "A merge needs a key of at least one column.");
  for (const { name, type } of fields) {
    if (type.kind !== "float64") continue;
    throw lakeError(
      "MERGE_KEY_INVALID",
      `Column ${name} is ${landTypeText(type)}, which is no key: NaN equals nothing.`,
      { details: { column: name } },
    );
  }
}

/** For columns that {@link checkKey} lets pass. */
export function openKeyEncoder(fields: readonly Field[]): KeyEncoder {
  let scratch = new Uint8Array(64);
  let columns: readonly { readonly vector: ColumnVector; readonly raw: RawColumn }[] = [];
  const reserve = (bytes: number): void => {
    if (bytes <= scratch.length) return;
    const wider = new Uint8Array(bytes * 2);
    wider.set(scratch);
    scratch = wider;
  };
  const widths = fields.map(({ type }) => keyWidths[storageOf(type)]);
  return {
    width: widths.includes(undefined) ? undefined : widths.reduce<number>((sum, width) => sum + (width ?? 0), 0),
    get bytes() {
      return scratch;
    },
    bind(vectors) {
      columns = vectors.map((vector) => ({ vector, raw: toRaw(vector) }));
    },
    encode(row) {
      let at = 0;
      for (const { vector, raw } of columns) {
        if (!isValid(vector, row)) return -1;
        if (raw.width > 0) {
          reserve(at + raw.width);
          const start = row * raw.width;
          for (let byte = 0; byte < raw.width; byte++) scratch[at++] = raw.bytes[start + byte] ?? 0;
          continue;
        }
        const start = raw.offsets?.[row] ?? 0;
        const length = raw.offsets ? (raw.offsets[row + 1] ?? 0) - start : 1;
        reserve(at + 4 + length);
        if (!raw.offsets) {
          scratch[at++] = ((raw.bytes[row >> 3] ?? 0) >> (row & 7)) & 1;
          continue;
        }
        for (let shift = 0; shift < 32; shift += 8) scratch[at++] = (length >>> shift) & 0xff;
        for (let byte = 0; byte < length; byte++) scratch[at++] = raw.bytes[start + byte] ?? 0;
      }
      return at;
    },
  };
}

const keyWidths: Readonly<Record<Storage, number | undefined>> = {
  bit: 1,
  int32: 4,
  int64: 8,
  float64: 8,
  int128: 16,
  bytes: undefined,
};

/** `width` bytes a row, or 0 for bits and for byte strings, which have offsets. */
interface RawColumn {
  readonly width: number;
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array | undefined;
}

function toRaw(vector: ColumnVector): RawColumn {
  if (vector.storage === "bytes") return { width: 0, bytes: vector.bytes, offsets: vector.offsets };
  const { buffer, byteOffset, byteLength } = vector.values;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const width = { bit: 0, int32: 4, int64: 8, float64: 8, int128: 16 }[vector.storage];
  return { width, bytes, offsets: undefined };
}
