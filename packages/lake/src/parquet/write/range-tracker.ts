import { type LandType, storageOf } from "@snowmelt/core/types";
import type { Range } from "../format/bound.ts";
import { openBytesRange } from "./bytes-range.ts";
import type { Slice } from "./slice.ts";
import { openInt64Range, openInt128Range } from "./word-range.ts";

/** Smallest and largest value of a page, NaN left out. */
export interface RangeTracker {
  widen(slice: Slice): void;
  /** The range since the last `take`; undefined when there was no value, or only NaN. */
  take(): { readonly range: Range | undefined; readonly nanCount: number };
}

/** Text and binary bounds longer than `boundBytes` are cut. */
export function openRangeTracker(type: LandType, boundBytes: number): RangeTracker {
  const storage = storageOf(type);
  switch (storage) {
    case "bit":
      return openBitRange();
    case "int32":
    case "float64":
      return openNumberRange(storage);
    case "int64":
      return openInt64Range();
    case "int128":
      return openInt128Range();
    case "bytes":
      return openBytesRange(type, boundBytes);
    default:
      return storage satisfies never;
  }
}

function openBitRange(): RangeTracker {
  let anyFalse = false;
  let anyTrue = false;
  return {
    widen({ vector, rows, from, count }) {
      if (vector.storage !== "bit") throw new TypeError(`expected bits, got ${vector.storage}`);
      for (let i = 0; i < count && !(anyFalse && anyTrue); i++) {
        const row = rows === undefined ? from + i : (rows[i] ?? 0);
        if (((vector.values[row >> 3] ?? 0) >> (row & 7)) & 1) anyTrue = true;
        else anyFalse = true;
      }
    },
    take() {
      const range =
        anyFalse || anyTrue
          ? { min: { value: !anyFalse, exact: true }, max: { value: anyTrue, exact: true } }
          : undefined;
      anyFalse = anyTrue = false;
      return { range, nanCount: 0 };
    },
  };
}

/** int32 and float64. A NaN compares false with everything, so it never becomes a bound. */
function openNumberRange(storage: "int32" | "float64"): RangeTracker {
  // The two zeros compare equal: a minimum of zero is -0, a maximum +0, so that a reader that tells them apart finds both.
  const signed = (value: number, zero: number) => ({
    value: storage === "float64" && value === 0 ? zero : value,
    exact: true,
  });
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let any = false;
  let nanCount = 0;
  return {
    widen({ vector, rows, from, count }) {
      if (vector.storage !== "int32" && vector.storage !== "float64")
        throw new TypeError(`no number: ${vector.storage}`);
      const { values } = vector;
      let low = min;
      let high = max;
      let nans = 0;
      for (let i = 0; i < count; i++) {
        const value = values[rows === undefined ? from + i : (rows[i] ?? 0)] ?? 0;
        if (value < low) low = value;
        if (value > high) high = value;
        if (Number.isNaN(value)) nans++;
      }
      min = low;
      max = high;
      nanCount += nans;
      any ||= count > nans;
    },
    take() {
      const taken = { range: any ? { min: signed(min, -0), max: signed(max, 0) } : undefined, nanCount };
      min = Number.POSITIVE_INFINITY;
      max = Number.NEGATIVE_INFINITY;
      any = false;
      nanCount = 0;
      return taken;
    },
  };
}
