import type { CursorBound } from "@snowmelt/snowflake";

/** A stretch of the cursor: `[lo, hi)` in time, `(lo, hi]` for numbers. `lo` null: from the beginning. */
export interface CursorBucket {
  readonly lo: bigint | null;
  readonly hi: bigint;
}

const microsPerHour = 3_600_000_000n;
const microsPerDay = 24n * microsPerHour;

const bucketHours = 6n;
const recentDays = 7n;
const numberBuckets = 16n;

/**
 * The recent past before a window's end, in buckets, and one of all that was earlier: together everything up to the end. In
 * time the last week in quarters of a day; for a number the last sixteenths of what there is. Pure.
 */
export function planBuckets(kind: CursorBound["kind"], hi: bigint, least: bigint | null): CursorBucket[] {
  const width = kind === "instant" ? bucketHours * microsPerHour : numberWidth(hi, least);
  const earliest = kind === "number" ? (least ?? hi) - 1n : hi - recentDays * microsPerDay;
  const buckets: CursorBucket[] = [];
  for (let end = hi; end > earliest; end -= width) buckets.unshift({ lo: end - width, hi: end });
  return [{ lo: null, hi: buckets[0]?.lo ?? hi }, ...buckets];
}

const numberWidth = (hi: bigint, least: bigint | null): bigint => (hi - (least ?? hi)) / numberBuckets + 1n;

/** The place of a value among ascending bounds: that of the first bucket it lies in, or their number for one past the last. */
export function bucketOf(value: bigint, ends: readonly bigint[], inclusive: boolean): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const end = ends[middle] ?? 0n;
    if (inclusive ? value <= end : value < end) high = middle;
    else low = middle + 1;
  }
  return low;
}
