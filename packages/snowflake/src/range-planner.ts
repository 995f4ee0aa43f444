import type { RowRange } from "./range-reader.ts";
import { snowflakeError } from "./snowflake-error.ts";

export interface RangePlanInput {
  readonly from: number;
  readonly rowCount: number;
  readonly batchRows: number;
  readonly rangeRows: number | undefined;
  readonly rangeBytes: number;
}

export interface RangePlanner {
  /** The next rows to read; undefined at the end. */
  next(): RowRange | undefined;
  done(): boolean;
  /** What a range turned out to take, from which the next ones are sized. */
  measured(range: { readonly rows: number; readonly bytes: number }): void;
}

/**
 * Cuts a result into ranges of whole batches. Large ranges are better: a range begins and ends inside one of the driver's
 * chunks, which is then downloaded and parsed for both its neighbours. Small ones hold less in memory until they are
 * counted. So: one batch to measure, then as many as fit in `rangeBytes`.
 */
export function openRangePlanner({ from, rowCount, batchRows, rangeRows, rangeBytes }: RangePlanInput): RangePlanner {
  if (!Number.isSafeInteger(from) || from < 0 || from > rowCount) {
    throw snowflakeError("PLAN_INVALID", `Expected a row to begin at from 0 to ${rowCount}, got ${from}.`);
  }
  const wholeBatches = (rows: number): number => Math.max(1, Math.floor(rows / batchRows)) * batchRows;
  let size = rangeRows === undefined ? batchRows : wholeBatches(rangeRows);
  let start = from;
  return {
    next() {
      if (start >= rowCount) return undefined;
      const range = { start, end: Math.min(rowCount, start + size) };
      start = range.end;
      return range;
    },
    done: () => start >= rowCount,
    measured({ rows, bytes }) {
      if (rangeRows === undefined && rows > 0) size = wholeBatches(rangeBytes / Math.max(1, bytes / rows));
    },
  };
}
