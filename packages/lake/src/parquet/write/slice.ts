import type { ColumnVector } from "@snowmelt/core/types";

/**
 * Values of a vector, NULLs left out: the i-th of `count` is row `rows[i]`, or row `from + i` where `rows` is undefined.
 * The one shape that ranges, dictionaries and the PLAIN encoding read, so that none of them knows of NULLs.
 */
export interface Slice {
  readonly vector: ColumnVector;
  readonly rows: Int32Array | undefined;
  readonly from: number;
  readonly count: number;
}

/** The values of rows [from, to). `scratch` holds at least `to - from` entries and backs the result until its next use. */
export function sliceOf(vector: ColumnVector, from: number, to: number, scratch: Int32Array): Slice {
  const { validity } = vector;
  if (validity === undefined || vector.nullCount === 0) return { vector, rows: undefined, from, count: to - from };
  let count = 0;
  for (let row = from; row < to; row++) {
    scratch[count] = row;
    count += ((validity[row >> 3] ?? 0) >> (row & 7)) & 1;
  }
  return count === to - from ? { vector, rows: undefined, from, count } : { vector, rows: scratch, from: 0, count };
}

/** The values from the i-th on. */
export function sliceFrom(slice: Slice, index: number): Slice {
  const { vector, rows, from, count } = slice;
  return rows === undefined
    ? { vector, rows, from: from + index, count: count - index }
    : { vector, rows: rows.subarray(index), from, count: count - index };
}
