import type { ColumnVector } from "@snowmelt/core/types";

/** A fixed-width vector's memory as 32-bit words: reading them makes no BigInt. */
export function wordsOf(vector: ColumnVector): Int32Array {
  if (vector.storage === "int32") return vector.values;
  if (vector.storage === "bit" || vector.storage === "bytes") throw new TypeError(`${vector.storage} has no words`);
  const { buffer, byteOffset, byteLength } = vector.values;
  return new Int32Array(buffer, byteOffset, byteLength >> 2);
}
