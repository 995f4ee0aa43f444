import { isSnowmeltError } from "@snowmelt/core/errors";
import { type Clock, type Logger, type Random, silentLogger, systemClock, systemRandom } from "@snowmelt/core/ports";
import { type RetryPolicy, retry } from "@snowmelt/core/retry";
import { batchBytes, type ColumnBatch } from "@snowmelt/core/types";
import { openDecoder } from "./decode/open-decoder.ts";
import { type ExtractPlan, resultColumnName } from "./plan-extract.ts";
import { openRangePlanner } from "./range-planner.ts";
import type { RowRange } from "./range-reader.ts";
import type { SnowflakeSession } from "./session.ts";
import { snowflakeError } from "./snowflake-error.ts";
import type { StoredResult } from "./stored-result.ts";
import { rangePolicy } from "./worst-case.ts";

/** Some rows of a result, in its order. After `lastRow` is stored safely, `from: { row: lastRow + 1 }` continues. */
export interface StreamedBatch {
  readonly batch: ColumnBatch;
  readonly firstRow: number;
  readonly lastRow: number;
}

export interface StreamProgress {
  /** Rows read and verified so far, those before `from` included. */
  readonly rows: number;
  readonly totalRows: number;
}

export interface StreamOptions {
  readonly queryId: string;
  readonly plan: Pick<ExtractPlan, "fields" | "cells">;
  /** Where to begin. @default the first row */
  readonly from?: { readonly row: number } | undefined;
  /** Rows of a batch; the last may be smaller. @default 200_000 */
  readonly batchRows?: number | undefined;
  /** Rows read and counted as one; whole batches. @default as many as fit in `rangeBytes` */
  readonly rangeRows?: number | undefined;
  /** Memory that the decoded rows of one range may take, unless one batch takes more. @default 16 MiB */
  readonly rangeBytes?: number | undefined;
  /** Ranges read at the same time. @default 1 */
  readonly parallel?: number | undefined;
  /** Milliseconds without a row after which a range is tried anew. @default 60_000 */
  readonly stallMs?: number | undefined;
  /** Of one range. @default 4 attempts */
  readonly retryPolicy?: RetryPolicy | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: StreamProgress) => void) | undefined;
  /** A range failed and is read again after `delayMs`. */
  readonly onRetry?:
    | ((failure: { readonly reason: string; readonly attempt: number; readonly delayMs: number }) => void)
    | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
}

const defaultBatchRows = 200_000;
const defaultRangeBytes = 16 * 1024 * 1024;
const defaultStallMs = 60_000;

/**
 * The rows of a finished query as columns, in the result's order. A range of rows is read, counted against the statement's
 * own row count, and only then handed over, so that a chunk with a row missing is read again and never lands; after the last
 * attempt it is RESULT_INCOMPLETE. Memory: `parallel` ranges decoded, and for each about three of the driver's chunks.
 * Abort, or leaving the loop, ends the reads; the result stays on the server for another try.
 */
export async function* stream(session: SnowflakeSession, options: StreamOptions): AsyncGenerator<StreamedBatch, void> {
  const { queryId, plan, from = { row: 0 }, parallel = 1, signal, onProgress } = options;
  const batchRows = checkPositive("batchRows", options.batchRows ?? defaultBatchRows);
  const ended = new AbortController();
  const abort = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;

  const { rowCount } = checkResult(await session.openResult(queryId, { signal }), plan);
  const ranges = openRangePlanner({
    from: from.row,
    rowCount,
    batchRows,
    rangeRows: options.rangeRows,
    rangeBytes: options.rangeBytes ?? defaultRangeBytes,
  });
  const reading: { range: RowRange; batches: Promise<StreamedBatch[]> }[] = [];
  const startNext = (): void => {
    const range = ranges.next();
    if (!range) return;
    const batches = readRangeWithRetry(session, range, { ...options, batchRows, rowCount, signal: abort });
    batches.catch(() => undefined);
    reading.push({ range, batches });
  };
  try {
    while (reading.length < checkPositive("parallel", parallel) && !ranges.done()) startNext();
    for (let next = reading[0]; next; next = reading[0]) {
      const batches = await next.batches;
      ranges.measured({
        rows: next.range.end - next.range.start,
        bytes: batches.reduce((total, { batch }) => total + batchBytes(batch), 0),
      });
      onProgress?.({ rows: next.range.end, totalRows: rowCount });
      // Each batch is let go of as it is handed over.
      for (let batch = batches.shift(); batch; batch = batches.shift()) yield batch;
      reading.shift();
      startNext();
    }
  } finally {
    ended.abort();
  }
}

interface RangeOptions extends StreamOptions {
  readonly batchRows: number;
  readonly rowCount: number;
}

async function readRangeWithRetry(
  session: SnowflakeSession,
  range: RowRange,
  options: RangeOptions,
): Promise<StreamedBatch[]> {
  const { queryId, retryPolicy: policy = rangePolicy, signal, logger = silentLogger } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const what = `read rows ${range.start} to ${range.end - 1} of query ${queryId}`;
  try {
    return await retry(() => readOnce(session, range, options), {
      what,
      policy,
      clock,
      random,
      ...(signal ? { signal } : {}),
      onRetry: ({ error, attempt, delayMs }) => {
        const reason = isSnowmeltError(error) ? error.code : "unknown";
        logger.log("warn", "reading a range again", { queryId, ...range, attempt, delayMs, code: reason });
        options.onRetry?.({ reason, attempt, delayMs });
      },
    });
  } catch (error) {
    // What kept failing says more than that it did.
    const last = isSnowmeltError(error, "RETRIES_EXHAUSTED") ? error.cause : error;
    throw isSnowmeltError(last, "RESULT_INCOMPLETE") ? persistent(last, policy.attempts) : error;
  }
}

const persistent = (error: Error & { details: Readonly<Record<string, unknown>> }, attempts: number): Error =>
  snowflakeError(
    "RESULT_INCOMPLETE",
    `${error.message} It was tried ${attempts} times. Nothing of this range was handed over; run the query again.`,
    { cause: error, details: error.details, retryable: false },
  );

/** One try, over a newly opened result: new download links, and none of what an earlier try left in the driver. */
async function readOnce(session: SnowflakeSession, range: RowRange, options: RangeOptions): Promise<StreamedBatch[]> {
  const { queryId, plan, batchRows, rowCount, stallMs = defaultStallMs, signal } = options;
  const result = checkResult(await session.openResult(queryId, { signal }), plan);
  if (result.rowCount !== rowCount) {
    throw snowflakeError(
      "RESULT_MISMATCH",
      `Query ${queryId} had ${rowCount} rows when the reading began and has ${result.rowCount} now.`,
    );
  }
  const decoder = openDecoder(plan, Math.min(batchRows, range.end - range.start));
  const batches: StreamedBatch[] = [];
  const finish = (endRow: number): void => {
    const firstRow = endRow - decoder.rowCount;
    batches.push({ batch: decoder.finish(), firstRow, lastRow: endRow - 1 });
  };
  await result.read(range, {
    stallMs,
    signal,
    onRows: (rows, firstRow) => {
      let taken = 0;
      while (taken < rows.length) {
        const next = rows.slice(taken, taken + batchRows - decoder.rowCount);
        decoder.append(next, firstRow + taken);
        taken += next.length;
        if (decoder.rowCount === batchRows) finish(firstRow + taken);
      }
    },
  });
  if (decoder.rowCount > 0) finish(range.end);
  return batches;
}

function checkResult(result: StoredResult, { cells }: Pick<ExtractPlan, "cells">): StoredResult {
  const came = result.columns.map(({ name }) => name);
  const planned = cells.map((_, index) => resultColumnName(index));
  if (came.length !== planned.length || came.some((name, index) => name !== planned[index])) {
    throw snowflakeError(
      "RESULT_MISMATCH",
      `Query ${result.queryId} has the columns ${came.join(", ")}; the plan expects ${planned.join(", ")}.`,
      { details: { queryId: result.queryId } },
    );
  }
  return result;
}

function checkPositive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw snowflakeError("PLAN_INVALID", `Expected ${name} to be a whole number above 0, got ${value}.`);
}
