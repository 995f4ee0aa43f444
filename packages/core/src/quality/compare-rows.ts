import type { ColumnVector } from "../types/index.ts";
import type { Bound } from "./literal.ts";

/** The sign of a row's value against the bound: below 0 when it is less. The row is not NULL. */
export type RowComparison = (row: number) => number;

/**
 * Compares the rows of a vector with a bound of its column's type, exactly and without an object a row. Text by its UTF-8
 * bytes, which is code point order; NaN is above every number, as in Snowflake and Spark.
 */
export function compareRows(vector: ColumnVector, bound: Bound): RowComparison {
  switch (vector.storage) {
    case "bit": {
      const limit = numberIn(bound);
      return (row) => (((vector.values[row >> 3] ?? 0) >> (row & 7)) & 1) - limit;
    }
    case "int32": {
      const { floor, exact } = unitsIn(bound);
      const limit = Number(floor);
      const atFloor = exact ? 0 : -1;
      return (row) => (vector.values[row] ?? 0) - limit || atFloor;
    }
    case "float64": {
      const limit = numberIn(bound);
      return (row) => {
        const value = vector.values[row] ?? 0;
        return value < limit ? -1 : value === limit ? 0 : 1;
      };
    }
    case "int64":
      return compareWords(wordsOf(vector.values), 2, unitsIn(bound));
    case "int128":
      return compareWords(wordsOf(vector.values), 4, unitsIn(bound));
    case "bytes": {
      if (bound.kind !== "text") throw new TypeError(`expected a text bound, got ${bound.kind}`);
      const bytes = Buffer.from(vector.bytes.buffer, vector.bytes.byteOffset, vector.bytes.byteLength);
      return (row) => bytes.compare(bound.bytes, 0, bound.bytes.length, vector.offsets[row], vector.offsets[row + 1]);
    }
    default:
      return vector satisfies never;
  }
}

/** Two's complement integers of `width` 32-bit words, the lowest first. */
function compareWords(
  words: Int32Array,
  width: 2 | 4,
  { floor, exact }: { floor: bigint; exact: boolean },
): RowComparison {
  const bits = width * 32;
  if (BigInt.asIntN(bits, floor) !== floor) return floor > 0n ? () => -1 : () => 1;
  const limit = Array.from({ length: width }, (_, index) => Number(BigInt.asIntN(32, floor >> BigInt(index * 32))));
  const top = limit[width - 1] ?? 0;
  const atFloor = exact ? 0 : -1;
  return (row) => {
    const at = row * width;
    const high = words[at + width - 1] ?? 0;
    if (high !== top) return high < top ? -1 : 1;
    for (let index = width - 2; index >= 0; index--) {
      const a = (words[at + index] ?? 0) >>> 0;
      const b = (limit[index] ?? 0) >>> 0;
      if (a !== b) return a < b ? -1 : 1;
    }
    return atFloor;
  };
}

const wordsOf = (values: BigInt64Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length * 2);

function unitsIn(bound: Bound): { floor: bigint; exact: boolean } {
  if (bound.kind !== "units") throw new TypeError(`expected a whole-number bound, got ${bound.kind}`);
  return bound;
}

function numberIn(bound: Bound): number {
  if (bound.kind !== "number") throw new TypeError(`expected a number bound, got ${bound.kind}`);
  return bound.value;
}
