import { type ColumnBatch, type ColumnVector, type Field, isValid, type Value } from "./column-batch.ts";

/** What a column holds, in numbers that can be compared with the same numbers of a copy. Exact. */
export interface ColumnProfile {
  readonly name: string;
  /** Values, NULLs aside. */
  readonly count: number;
  readonly nullCount: number;
  /** Of float64; `min` and `max` leave NaN out. */
  readonly nanCount: number;
  /** As `valueAt` gives it; null when there is none. Text and binary in byte order. */
  readonly min: Value;
  readonly max: Value;
  /** Integers, decimals (unscaled), dates, times, timestamps (units), and booleans (how many are true); else undefined. */
  readonly sum: bigint | undefined;
  /** Characters (code points) of text, bytes of binary; else undefined. */
  readonly lengthSum: number | undefined;
}

/** Profiles of rows that come in batches. Holds a few numbers and two values a column. */
export interface Profiler {
  readonly rowCount: number;
  add(batch: ColumnBatch): void;
  /** In the order of the fields. More may be added after it. */
  profiles(): readonly ColumnProfile[];
}

/** A profiler of batches of exactly these fields; `add` throws RangeError for another number of columns. */
export function openProfiler(fields: readonly Field[]): Profiler {
  const trackers = fields.map(openTracker);
  const nullCounts = fields.map(() => 0);
  let rowCount = 0;
  return {
    get rowCount() {
      return rowCount;
    },
    add(batch) {
      if (batch.columns.length !== fields.length) {
        throw new RangeError(`expected a batch of ${fields.length} columns, got ${batch.columns.length}`);
      }
      for (const [index, vector] of batch.columns.entries()) {
        nullCounts[index] = (nullCounts[index] ?? 0) + vector.nullCount;
        if (vector.nullCount < batch.rowCount) trackers[index]?.add(vector, batch.rowCount);
      }
      rowCount += batch.rowCount;
    },
    profiles: () =>
      fields.map(({ name }, index) => {
        const nullCount = nullCounts[index] ?? 0;
        const found = trackers[index]?.result() ?? noResult;
        return { name, count: rowCount - nullCount, nullCount, ...found };
      }),
  };
}

type Result = Omit<ColumnProfile, "name" | "count" | "nullCount">;
const noResult: Result = { nanCount: 0, min: null, max: null, sum: undefined, lengthSum: undefined };

interface Tracker {
  /** The vector holds at least one value. */
  add(vector: ColumnVector, rowCount: number): void;
  result(): Result;
}

function openTracker({ type }: Field): Tracker {
  switch (type.kind) {
    case "boolean":
      return openBitTracker();
    case "float64":
      return openFloatTracker();
    case "string":
      return openBytesTracker(true);
    case "binary":
      return openBytesTracker(false);
    case "decimal":
      if (type.precision > 18) return openWordTracker(4);
      return type.precision > 9 ? openWordTracker(2) : openWordTracker(1);
    case "int64":
    case "time":
    case "timestamp":
      return openWordTracker(2);
    case "int32":
    case "date":
      return openWordTracker(1);
    default:
      return type satisfies never;
  }
}

function openBitTracker(): Tracker {
  let [trues, falses] = [0, 0];
  return {
    add(vector, rowCount) {
      if (vector.storage !== "bit") throw unexpected(vector);
      for (let row = 0; row < rowCount; row++) {
        if (!isValid(vector, row)) continue;
        if ((((vector.values[row >> 3] ?? 0) >> (row & 7)) & 1) === 1) trues++;
        else falses++;
      }
    },
    result: () => ({
      ...noResult,
      min: trues + falses === 0 ? null : falses === 0,
      max: trues + falses === 0 ? null : trues > 0,
      sum: BigInt(trues),
    }),
  };
}

function openFloatTracker(): Tracker {
  let [min, max, nanCount, seen] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, false];
  return {
    add(vector, rowCount) {
      if (vector.storage !== "float64") throw unexpected(vector);
      for (let row = 0; row < rowCount; row++) {
        if (!isValid(vector, row)) continue;
        const value = vector.values[row] ?? 0;
        if (Number.isNaN(value)) {
          nanCount++;
          continue;
        }
        seen = true;
        if (value < min) min = value;
        if (value > max) max = value;
      }
    },
    result: () => ({ ...noResult, nanCount, min: seen ? min : null, max: seen ? max : null }),
  };
}

/** Rows whose words' sums are added as plain numbers: 2^20 values below 2^32 stay below 2^53. */
const blockRows = 1 << 20;

/**
 * Integers of 1, 2 or 4 words of 32 bits, little-endian, the last one signed. No BigInt a value: sums are kept a word and
 * carried a block, and values are compared word by word. NULL slots are zero, so they add nothing.
 */
function openWordTracker(width: 1 | 2 | 4): Tracker {
  const min = new Int32Array(width);
  const max = new Int32Array(width);
  const sums = new Float64Array(width);
  let [total, seen] = [0n, false];
  const carry = (): void => {
    for (let word = 0; word < width; word++) total += BigInt(sums[word] ?? 0) << BigInt(32 * word);
    sums.fill(0);
  };
  const toValue = (words: Int32Array): Value => {
    if (width === 1) return words[0] ?? 0;
    let value = BigInt(words[width - 1] ?? 0);
    for (let word = width - 2; word >= 0; word--) value = (value << 32n) | BigInt((words[word] ?? 0) >>> 0);
    return value;
  };
  return {
    add(vector, rowCount) {
      const words = wordsOf(vector, width);
      for (let row = 0; row < rowCount; row++) {
        if (row > 0 && row % blockRows === 0) carry();
        if (!isValid(vector, row)) continue;
        const at = row * width;
        for (let word = 0; word < width - 1; word++) sums[word] = (sums[word] ?? 0) + ((words[at + word] ?? 0) >>> 0);
        sums[width - 1] = (sums[width - 1] ?? 0) + (words[at + width - 1] ?? 0);
        if (!seen || isWordsBelow(words, at, min, width)) copyWords(words, at, min);
        if (!seen || isWordsAbove(words, at, max, width)) copyWords(words, at, max);
        seen = true;
      }
      carry();
    },
    result: () => ({ ...noResult, min: seen ? toValue(min) : null, max: seen ? toValue(max) : null, sum: total }),
  };
}

function wordsOf(vector: ColumnVector, width: 1 | 2 | 4): Int32Array {
  const storage = { 1: "int32", 2: "int64", 4: "int128" } as const;
  if (vector.storage === "bytes" || vector.storage !== storage[width]) throw unexpected(vector);
  const { buffer, byteOffset, byteLength } = vector.values;
  return new Int32Array(buffer, byteOffset, byteLength >> 2);
}

function copyWords(words: Int32Array, at: number, to: Int32Array): void {
  for (let word = 0; word < to.length; word++) to[word] = words[at + word] ?? 0;
}

function isWordsBelow(words: Int32Array, at: number, bound: Int32Array, width: number): boolean {
  const order = (words[at + width - 1] ?? 0) - (bound[width - 1] ?? 0);
  if (order !== 0) return order < 0;
  for (let word = width - 2; word >= 0; word--) {
    const lower = ((words[at + word] ?? 0) >>> 0) - ((bound[word] ?? 0) >>> 0);
    if (lower !== 0) return lower < 0;
  }
  return false;
}

function isWordsAbove(words: Int32Array, at: number, bound: Int32Array, width: number): boolean {
  const order = (words[at + width - 1] ?? 0) - (bound[width - 1] ?? 0);
  if (order !== 0) return order > 0;
  for (let word = width - 2; word >= 0; word--) {
    const lower = ((words[at + word] ?? 0) >>> 0) - ((bound[word] ?? 0) >>> 0);
    if (lower !== 0) return lower > 0;
  }
  return false;
}

function openBytesTracker(isText: boolean): Tracker {
  let min: Uint8Array | undefined;
  let max: Uint8Array | undefined;
  let lengthSum = 0;
  const toValue = (bytes: Uint8Array | undefined): Value =>
    bytes === undefined ? null : isText ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) : bytes;
  return {
    add(vector, rowCount) {
      if (vector.storage !== "bytes") throw unexpected(vector);
      const { bytes, offsets } = vector;
      const [first = 0, last = 0] = [offsets[0], offsets[rowCount]];
      lengthSum += isText ? countCharacters(bytes, first, last) : last - first;
      for (let row = 0; row < rowCount; row++) {
        if (!isValid(vector, row)) continue;
        const [start = 0, end = 0] = [offsets[row], offsets[row + 1]];
        if (min === undefined || compareBytes(bytes, start, end, min) < 0) min = bytes.slice(start, end);
        if (max === undefined || compareBytes(bytes, start, end, max) > 0) max = bytes.slice(start, end);
      }
    },
    result: () => ({ ...noResult, min: toValue(min), max: toValue(max), lengthSum }),
  };
}

/** Every byte of UTF-8 but those that continue a character begins one. */
function countCharacters(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) count++;
  return count;
}

function compareBytes(bytes: Uint8Array, start: number, end: number, bound: Uint8Array): number {
  const length = Math.min(end - start, bound.length);
  for (let at = 0; at < length; at++) {
    const order = (bytes[start + at] ?? 0) - (bound[at] ?? 0);
    if (order !== 0) return order;
  }
  return end - start - bound.length;
}

function unexpected(vector: ColumnVector): TypeError {
  return new TypeError(`the vector is stored as ${vector.storage}, which is not what its field says`);
}
