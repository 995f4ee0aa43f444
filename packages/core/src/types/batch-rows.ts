import { type ColumnBatch, type ColumnVector, isValid, type Value } from "./column-batch.ts";
import type { LandType } from "./land-type.ts";
import { openVectorBuilder, type VectorBuilder } from "./vector-builder.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The value of one row, exact; see {@link Value}. For keys, checks and people, not for bulk work. */
export function valueAt(type: LandType, vector: ColumnVector, row: number): Value {
  if (!isValid(vector, row)) return null;
  switch (vector.storage) {
    case "bit":
      return (((vector.values[row >> 3] ?? 0) >> (row & 7)) & 1) === 1;
    case "int32":
    case "float64":
      return vector.values[row] ?? null;
    case "int64":
      return vector.values[row] ?? null;
    case "int128": {
      const low = vector.values[row * 2] ?? 0n;
      const high = vector.values[row * 2 + 1] ?? 0n;
      return (high << 64n) | BigInt.asUintN(64, low);
    }
    case "bytes": {
      const bytes = vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1]);
      return type.kind === "string" ? decoder.decode(bytes) : bytes;
    }
    default:
      return vector satisfies never;
  }
}

/** Appends row `row` of a vector; the builder has the same storage. */
export function appendFrom(builder: VectorBuilder, vector: ColumnVector, row: number): void {
  if (!isValid(vector, row)) return builder.appendNull();
  switch (vector.storage) {
    case "bit":
      return builder.appendNumber(((vector.values[row >> 3] ?? 0) >> (row & 7)) & 1);
    case "int32":
    case "float64":
      return builder.appendNumber(vector.values[row] ?? 0);
    case "int64":
      return builder.appendInt64(vector.values[row] ?? 0n);
    case "int128":
      return builder.appendInt128(vector.values[row * 2] ?? 0n, vector.values[row * 2 + 1] ?? 0n);
    case "bytes":
      return builder.appendBytes(vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1]));
    default:
      return vector satisfies never;
  }
}

/** The rows named, in that order. A copy. */
export function takeRows(batch: ColumnBatch, rows: ArrayLike<number>): ColumnBatch {
  const columns = batch.columns.map((vector, index) => {
    const field = batch.fields[index];
    if (!field) throw new RangeError(`batch has ${batch.columns.length} vectors for ${batch.fields.length} fields`);
    const builder = openVectorBuilder(field.type, rows.length);
    for (let at = 0; at < rows.length; at++) appendFrom(builder, vector, rows[at] ?? 0);
    return builder.finish();
  });
  return { fields: batch.fields, columns, rowCount: rows.length };
}

/** Bytes the batch's buffers hold. */
export function batchBytes(batch: ColumnBatch): number {
  let total = 0;
  for (const vector of batch.columns) {
    total += vector.validity?.byteLength ?? 0;
    total +=
      vector.storage === "bytes" ? vector.offsets.byteLength + vector.bytes.byteLength : vector.values.byteLength;
  }
  return total;
}
