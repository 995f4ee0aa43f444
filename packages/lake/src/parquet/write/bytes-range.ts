import type { LandType } from "@snowmelt/core/types";
import { lowerBound, upperBound } from "../format/bound.ts";
import type { RangeTracker } from "./range-tracker.ts";

/** Past the cut one more character of UTF-8 is kept, to see where characters begin. */
const margin = 4;

/**
 * Byte strings in unsigned order. Only a prefix of the bounds is held and compared: values that differ beyond it have
 * the same bound once it is cut, so a page of very long values costs no more than one of short ones.
 */
export function openBytesRange(type: LandType, boundBytes: number): RangeTracker {
  const prefixBytes = boundBytes + margin;
  const min = new Uint8Array(prefixBytes);
  const max = new Uint8Array(prefixBytes);
  let minLength = -1;
  let maxLength = -1;
  return {
    widen({ vector, rows, from, count }) {
      if (vector.storage !== "bytes") throw new TypeError(`expected bytes, got ${vector.storage}`);
      const { offsets, bytes } = vector;
      for (let i = 0; i < count; i++) {
        const row = rows === undefined ? from + i : (rows[i] ?? 0);
        const start = offsets[row] ?? 0;
        const length = Math.min((offsets[row + 1] ?? 0) - start, prefixBytes);
        if (minLength < 0 || compare(bytes, start, length, min, minLength) < 0) {
          copy(bytes, start, length, min);
          minLength = length;
        }
        if (maxLength < 0 || compare(bytes, start, length, max, maxLength) > 0) {
          copy(bytes, start, length, max);
          maxLength = length;
        }
      }
    },
    take() {
      if (minLength < 0) return { range: undefined, nanCount: 0 };
      const range = {
        min: lowerBound(type, min.slice(0, minLength), boundBytes),
        max: upperBound(type, max.slice(0, maxLength), boundBytes),
      };
      minLength = maxLength = -1;
      return { range, nanCount: 0 };
    },
  };
}

function copy(bytes: Uint8Array, start: number, length: number, to: Uint8Array): void {
  for (let i = 0; i < length; i++) to[i] = bytes[start + i] ?? 0;
}

function compare(bytes: Uint8Array, start: number, length: number, bound: Uint8Array, boundLength: number): number {
  const common = Math.min(length, boundLength);
  for (let i = 0; i < common; i++) {
    const order = (bytes[start + i] ?? 0) - (bound[i] ?? 0);
    if (order !== 0) return order;
  }
  return length - boundLength;
}
