import { type ColumnVector, type LandType, storageOf } from "@snowmelt/core/types";
import { copyBits, setBits } from "../format/bitmap.ts";
import { wordsOf } from "../format/words.ts";
import type { DecodedPage } from "./chunk-pages.ts";

/** A part of a page: rows [from, to), whose values begin at the `value`-th of the page. */
export interface PageRows {
  readonly page: DecodedPage;
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/** Builds one vector of exactly `rowCount` rows from page parts. */
export interface VectorAssembler {
  /** Returns how many values the rows had. */
  append(rows: PageRows): number;
  appendNulls(count: number): void;
  finish(): ColumnVector;
}

/** `expectedBytes`: of all text and binary values, if known; else their buffer grows. */
export function openVectorAssembler(type: LandType, rowCount: number, expectedBytes = 0): VectorAssembler {
  const sink = openSink(type, rowCount, expectedBytes);
  let validity: Uint8Array | undefined;
  let nullCount = 0;
  let row = 0;

  const appendValidity = (bits: Uint8Array | undefined, from: number, count: number): void => {
    if (bits === undefined && validity === undefined) return;
    if (validity === undefined) {
      validity = new Uint8Array((rowCount + 7) >> 3);
      setBits(validity, 0, row);
    }
    if (bits === undefined) setBits(validity, row, count);
    else copyBits(bits, from, validity, row, count);
  };

  return {
    append({ page, from, to, value }) {
      const targets = targetRows(page.validity, { from, to, row });
      const count = targets?.length ?? to - from;
      appendValidity(count === to - from ? undefined : page.validity, from, to - from);
      const sources = page.indices?.subarray(value, value + count);
      sink.put(page.values, { sources, first: value, targets, row, count });
      nullCount += to - from - count;
      row += to - from;
      return count;
    },
    appendNulls(count) {
      appendValidity(new Uint8Array((count + 7) >> 3), 0, count);
      nullCount += count;
      row += count;
    },
    finish: () => sink.finish({ validity: nullCount === 0 ? undefined : validity, nullCount }),
  };
}

/** The rows that have a value; undefined when all have. */
function targetRows(
  validity: Uint8Array | undefined,
  { from, to, row }: { readonly from: number; readonly to: number; readonly row: number },
): Int32Array | undefined {
  if (validity === undefined) return undefined;
  const targets = new Int32Array(to - from);
  let count = 0;
  for (let at = from; at < to; at++) {
    targets[count] = row + at - from;
    count += ((validity[at >> 3] ?? 0) >> (at & 7)) & 1;
  }
  return count === to - from ? undefined : targets.subarray(0, count);
}

/** `count` values: from rows `sources` of the dense vector, or from `first` on; to rows `targets`, or from `row` on. */
interface Move {
  readonly sources: Int32Array | undefined;
  readonly first: number;
  readonly targets: Int32Array | undefined;
  readonly row: number;
  readonly count: number;
}

interface Validity {
  readonly validity: Uint8Array | undefined;
  readonly nullCount: number;
}

interface Sink {
  put(dense: ColumnVector, move: Move): void;
  finish(validity: Validity): ColumnVector;
}

function openSink(type: LandType, rowCount: number, expectedBytes: number): Sink {
  const storage = storageOf(type);
  switch (storage) {
    case "bytes":
      return openBytesSink(rowCount, expectedBytes);
    case "bit":
      return openBitSink(rowCount);
    case "int32": {
      const values = new Int32Array(rowCount);
      return { put: wordSink(values, 1), finish: (validity) => ({ storage, ...validity, values }) };
    }
    case "float64": {
      const values = new Float64Array(rowCount);
      return {
        put: wordSink(new Int32Array(values.buffer), 2),
        finish: (validity) => ({ storage, ...validity, values }),
      };
    }
    case "int64": {
      const values = new BigInt64Array(rowCount);
      return {
        put: wordSink(new Int32Array(values.buffer), 2),
        finish: (validity) => ({ storage, ...validity, values }),
      };
    }
    case "int128": {
      const values = new BigInt64Array(rowCount * 2);
      return {
        put: wordSink(new Int32Array(values.buffer), 4),
        finish: (validity) => ({ storage, ...validity, values }),
      };
    }
    default:
      return storage satisfies never;
  }
}

function wordSink(to: Int32Array, width: 1 | 2 | 4): Sink["put"] {
  return (dense, { sources, first, targets, row, count }) => {
    const from = wordsOf(dense);
    if (sources === undefined && targets === undefined) {
      to.set(from.subarray(first * width, (first + count) * width), row * width);
      return;
    }
    for (let i = 0; i < count; i++) {
      const source = (sources === undefined ? first + i : (sources[i] ?? 0)) * width;
      const target = (targets === undefined ? row + i : (targets[i] ?? 0)) * width;
      to[target] = from[source] ?? 0;
      for (let word = 1; word < width; word++) to[target + word] = from[source + word] ?? 0;
    }
  };
}

function openBitSink(rowCount: number): Sink {
  const values = new Uint8Array((rowCount + 7) >> 3);
  return {
    put(dense, { sources, first, targets, row, count }) {
      if (dense.storage !== "bit") throw new TypeError(`expected bits, got ${dense.storage}`);
      if (sources === undefined && targets === undefined) return copyBits(dense.values, first, values, row, count);
      for (let i = 0; i < count; i++) {
        const source = sources === undefined ? first + i : (sources[i] ?? 0);
        const target = targets === undefined ? row + i : (targets[i] ?? 0);
        const bit = ((dense.values[source >> 3] ?? 0) >> (source & 7)) & 1;
        values[target >> 3] = (values[target >> 3] ?? 0) | (bit << (target & 7));
      }
    },
    finish: (validity) => ({ storage: "bit", ...validity, values }),
  };
}

function openBytesSink(rowCount: number, expectedBytes: number): Sink {
  const offsets = new Int32Array(rowCount + 1);
  let bytes = new Uint8Array(expectedBytes);
  let length = 0;
  let row = 0;

  const reserve = (count: number): void => {
    if (length + count <= bytes.length) return;
    const wider = new Uint8Array(Math.max(length + count, bytes.length * 2));
    wider.set(bytes.subarray(0, length));
    bytes = wider;
  };
  /** Rows up to `target` that have no value are empty. */
  const advance = (target: number): void => {
    while (row < target) offsets[++row] = length;
  };

  return {
    put(dense, { sources, first, targets, row: start, count }) {
      if (dense.storage !== "bytes") throw new TypeError(`expected bytes, got ${dense.storage}`);
      const { offsets: from, bytes: held } = dense;
      if (sources === undefined) reserve((from[first + count] ?? 0) - (from[first] ?? 0));
      for (let i = 0; i < count; i++) {
        const source = sources === undefined ? first + i : (sources[i] ?? 0);
        advance(targets === undefined ? start + i : (targets[i] ?? 0));
        const at = from[source] ?? 0;
        const size = (from[source + 1] ?? 0) - at;
        if (sources !== undefined) reserve(size);
        if (size > 32) bytes.set(held.subarray(at, at + size), length);
        else for (let byte = 0; byte < size; byte++) bytes[length + byte] = held[at + byte] ?? 0;
        length += size;
        offsets[++row] = length;
      }
    },
    finish(validity) {
      advance(rowCount);
      return { storage: "bytes", ...validity, offsets, bytes: bytes.subarray(0, length) };
    },
  };
}
