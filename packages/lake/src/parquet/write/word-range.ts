import { wordsOf } from "../format/words.ts";
import type { RangeTracker } from "./range-tracker.ts";

/** int64, compared as a signed high and an unsigned low word: no BigInt a value. */
export function openInt64Range(): RangeTracker {
  let any = false;
  let minHigh = 0;
  let minLow = 0;
  let maxHigh = 0;
  let maxLow = 0;
  return {
    widen({ vector, rows, from, count }) {
      if (count === 0) return;
      const words = wordsOf(vector);
      const first = (rows === undefined ? from : (rows[0] ?? 0)) * 2;
      let lowestHigh = any ? minHigh : (words[first + 1] ?? 0);
      let lowestLow = any ? minLow : (words[first] ?? 0) >>> 0;
      let highestHigh = any ? maxHigh : lowestHigh;
      let highestLow = any ? maxLow : lowestLow;
      for (let i = 0; i < count; i++) {
        const at = (rows === undefined ? from + i : (rows[i] ?? 0)) * 2;
        const high = words[at + 1] ?? 0;
        const low = (words[at] ?? 0) >>> 0;
        if (high < lowestHigh || (high === lowestHigh && low < lowestLow)) {
          lowestHigh = high;
          lowestLow = low;
        }
        if (high > highestHigh || (high === highestHigh && low > highestLow)) {
          highestHigh = high;
          highestLow = low;
        }
      }
      any = true;
      minHigh = lowestHigh;
      minLow = lowestLow;
      maxHigh = highestHigh;
      maxLow = highestLow;
    },
    take() {
      const bound = (high: number, low: number) => ({ value: (BigInt(high) << 32n) | BigInt(low), exact: true });
      const range = any ? { min: bound(minHigh, minLow), max: bound(maxHigh, maxLow) } : undefined;
      any = false;
      return { range, nanCount: 0 };
    },
  };
}

export function openInt128Range(): RangeTracker {
  const min = new Int32Array(4);
  const max = new Int32Array(4);
  let any = false;
  return {
    widen({ vector, rows, from, count }) {
      const words = wordsOf(vector);
      for (let i = 0; i < count; i++) {
        const at = (rows === undefined ? from + i : (rows[i] ?? 0)) * 4;
        if (!any || compare(words, at, min) < 0) copy(words, at, min);
        if (!any || compare(words, at, max) > 0) copy(words, at, max);
        any = true;
      }
    },
    take() {
      const range = any
        ? { min: { value: toBigInt(min), exact: true }, max: { value: toBigInt(max), exact: true } }
        : undefined;
      any = false;
      return { range, nanCount: 0 };
    },
  };
}

function compare(words: Int32Array, at: number, bound: Int32Array): number {
  const sign = (words[at + 3] ?? 0) - (bound[3] ?? 0);
  if (sign !== 0) return sign;
  for (let word = 2; word >= 0; word--) {
    const order = ((words[at + word] ?? 0) >>> 0) - ((bound[word] ?? 0) >>> 0);
    if (order !== 0) return order;
  }
  return 0;
}

function copy(words: Int32Array, at: number, bound: Int32Array): void {
  for (let word = 0; word < 4; word++) bound[word] = words[at + word] ?? 0;
}

function toBigInt(words: Int32Array): bigint {
  let value = BigInt(words[3] ?? 0);
  for (let word = 2; word >= 0; word--) value = (value << 32n) | BigInt((words[word] ?? 0) >>> 0);
  return value;
}
