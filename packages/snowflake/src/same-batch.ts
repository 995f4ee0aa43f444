import type { ColumnBatch, ColumnVector } from "@snowmelt/core/types";

/** Whether two batches that one decoder plan made hold the same rows. Pure. */
export function sameBatch(one: ColumnBatch, other: ColumnBatch): boolean {
  return (
    one.rowCount === other.rowCount &&
    one.columns.length === other.columns.length &&
    one.columns.every((column, index) => sameVector(column, other.columns[index]))
  );
}

function sameVector(one: ColumnVector, other: ColumnVector | undefined): boolean {
  if (one.nullCount !== other?.nullCount || !sameBytes(one.validity, other.validity)) return false;
  if (one.storage === "bytes")
    return other.storage === "bytes" && sameBytes(one.offsets, other.offsets) && sameBytes(one.bytes, other.bytes);
  return other.storage !== "bytes" && sameBytes(one.values, other.values);
}

function sameBytes(one: ArrayBufferView | undefined, other: ArrayBufferView | undefined): boolean {
  if (!one || !other) return one === other;
  return bytesOf(one).equals(bytesOf(other));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
