import { isSnowmeltError } from "@snowmelt/core/errors";
import { type Clock, type Logger, type Random, silentLogger, systemClock, systemRandom } from "@snowmelt/core/ports";
import { type RetryPolicy, retry } from "@snowmelt/core/retry";
import { batchBytes, type ColumnBatch } from "@snowmelt/core/types";
import { openDecoder } from "./decode/open-decoder.ts";
import { openResultDigester } from "./digest/result-digest.ts";
import type { RowDigest } from "./digest/row-digest.ts";
import type { TextRow } from "./driver.ts";
import { type ExtractPlan, resultColumnName } from "./plan-extract.ts";
import {
  type EdgeCollector,
  edgeName,
  edgeRows,
  openEdge,
  type RangeEdge,
  sameEdge,
  tellsNothing,
} from "./range-edge.ts";
import { openRangePlanner } from "./range-planner.ts";
import type { RowRange } from "./range-reader.ts";
import { sameBatch } from "./same-batch.ts";
import type { SnowflakeSession } from "./session.ts";
import { snowflakeError } from "./snowflake-error.ts";
import type { StoredResult } from "./stored-result.ts";
import { rangePolicy } from "./worst-case.ts";

/** Some rows of a result, in its order. After `lastRow` is stored safely, `from: { row: lastRow + 1 }` continues. */
export interface StreamedBatch {
  readonly batch: ColumnBatch;
  readonly firstRow: number;
  readonly lastRow: number;
  /** Of the rows as they were sent, where it was asked for. */
  readonly digest: RowDigest | undefined;
  /** Names the rows behind the batch as they were seen here, for `from: { row: lastRow + 1, edge }`; undefined at the end. */
  readonly edge: string | undefined;
}

export interface StreamProgress {
  /** Rows read and verified so far, those before `from` included. */
  readonly rows: number;
  readonly totalRows: number;
}

export interface StreamOptions {
  readonly queryId: string;
  readonly plan: Pick<ExtractPlan, "fields" | "cells">;
  /**
   * Where to begin. With the `edge` of the batch before, the first rows have to be those that were seen behind it: else a chunk
   * lacks a row or has one twice, there or here, and that is RESULT_INCOMPLETE. @default the first row
   */
  readonly from?: { readonly row: number; readonly edge?: string | undefined } | undefined;
  /** Rows of a batch; the last may be smaller. @default 200_000 */
  readonly batchRows?: number | undefined;
  /** Rows read and counted as one; whole batches. @default as many as fit in `rangeBytes` */
  readonly rangeRows?: number | undefined;
  /** Memory that the decoded rows of one range may take, unless one batch takes more. @default 16 MiB */
  readonly rangeBytes?: number | undefined;
  /** Digests every row, to be held against {@link planResultDigest}; 0.8 µs for one of 100 characters. @default false */
  readonly digests?: boolean | undefined;
  /** Ranges read at the same time; one more is held until the next has come. @default 1 */
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
 * own row count and held against the next one, and only then handed over, so that a chunk with a row missing or doubled is
 * read again and never lands; after the last attempt it is RESULT_INCOMPLETE, RESULT_UNREADABLE or RESULT_STALLED. Where a
 * range is followed by many equal rows, which tell nothing of their place, it is downloaded twice and must come the same.
 * Memory: `parallel` + 1 ranges decoded, one more for each that is downloaded twice, and for each that is read about three
 * of the driver's chunks.
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
  const reading: { range: RowRange; read: Promise<ReadRange> }[] = [];
  const rangeOptions = { ...options, batchRows, rowCount, signal: abort };
  const startNext = (): void => {
    const range = ranges.next();
    if (!range) return;
    const read = readRangeWithRetry(session, range, rangeOptions);
    read.catch(() => undefined);
    reading.push({ range, read });
  };
  function* handOver({ range, read }: HeldRange): Generator<StreamedBatch, void> {
    onProgress?.({ rows: range.end, totalRows: rowCount });
    // Each batch is let go of as it is handed over.
    for (let batch = read.batches.shift(); batch; batch = read.batches.shift()) yield batch;
  }
  let held: HeldRange | undefined;
  let handedOver: HeldRange | undefined;
  try {
    while (reading.length < checkPositive("parallel", parallel) && !ranges.done()) startNext();
    for (let next = reading[0]; next; next = reading[0]) {
      let read = await next.read;
      reading.shift();
      startNext();
      ranges.measured({
        rows: next.range.end - next.range.start,
        bytes: read.batches.reduce((total, { batch }) => total + batchBytes(batch), 0),
      });
      if (!held && !beginsAs(read, from.edge)) {
        read = await readRangeWithRetry(session, next.range, rangeOptions);
        if (!beginsAs(read, from.edge)) throw foreignBegin(queryId, from.row);
      }
      if (held && !follows(held.read, read)) {
        const again = await readBothAgain(session, [held.range, next.range], rangeOptions);
        held = { range: held.range, read: again[0] };
        read = again[1];
        if (handedOver && !follows(handedOver.read, held.read))
          throw persistent("RESULT_INCOMPLETE", shiftedError(queryId, handedOver.range, held.range), 1);
      }
      if (held) yield* handOver(held);
      handedOver = held;
      held = { range: next.range, read };
    }
    if (held) yield* handOver(held);
  } finally {
    ended.abort();
  }
}

/**
 * A range as it was read, with the edge it begins with and the one behind it. A chunk that lacks a row, or has one twice,
 * shifts the rows behind it, and a range that ends before the chunk does still gets its count: but then the rows after it
 * are not those that the next range, read by itself, begins with.
 */
interface ReadRange {
  readonly batches: StreamedBatch[];
  readonly begin: RangeEdge | undefined;
  readonly after: RangeEdge | undefined;
}

interface HeldRange {
  readonly range: RowRange;
  readonly read: ReadRange;
}

const follows = (before: ReadRange, read: ReadRange): boolean => sameEdge(before.after, read.begin);

const beginsAs = ({ begin }: ReadRange, edge: string | undefined): boolean =>
  edge === undefined || edgeName(begin) === edge;

const foreignBegin = (queryId: string, row: number) =>
  snowflakeError(
    "RESULT_INCOMPLETE",
    `From row ${row} query ${queryId} does not go on with the rows that were seen there before: a chunk lacks a row or has one twice.`,
    { details: { queryId, start: row } },
  );

const shiftedError = (queryId: string, before: RowRange, next: RowRange) =>
  snowflakeError(
    "RESULT_INCOMPLETE",
    `Rows ${before.start} to ${before.end - 1} of query ${queryId} are not followed by row ${next.start}: a chunk lacks a row or has one twice.`,
    { details: { queryId, start: before.start, end: next.end } },
  );

/** One of two neighbours came shifted, and which of them cannot be told. */
async function readBothAgain(
  session: SnowflakeSession,
  [before, next]: readonly [RowRange, RowRange],
  options: RangeOptions,
): Promise<readonly [ReadRange, ReadRange]> {
  const { queryId, retryPolicy: policy = rangePolicy, signal, clock = systemClock, random = systemRandom } = options;
  const shifted = shiftedError(queryId, before, next);
  options.onRetry?.({ reason: shifted.code, attempt: 1, delayMs: 0 });
  try {
    return await retry(
      async () => {
        const first = await readRangeWithRetry(session, before, options);
        const second = await readRangeWithRetry(session, next, options);
        if (!follows(first, second)) throw shifted;
        return [first, second] as const;
      },
      {
        what: `read rows ${before.start} to ${next.end - 1} of query ${queryId}`,
        policy,
        clock,
        random,
        ...(signal ? { signal } : {}),
        onRetry: ({ attempt, delayMs }) => options.onRetry?.({ reason: shifted.code, attempt: attempt + 1, delayMs }),
      },
    );
  } catch (error) {
    const last = isSnowmeltError(error, "RETRIES_EXHAUSTED") ? error.cause : error;
    throw last === shifted ? persistent("RESULT_INCOMPLETE", shifted, policy.attempts + 1) : error;
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
): Promise<ReadRange> {
  const { queryId, retryPolicy: policy = rangePolicy, signal, logger = silentLogger } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const what = `read rows ${range.start} to ${range.end - 1} of query ${queryId}`;
  const startedAtMs = clock.nowMs();
  try {
    return await retry(() => readSurely(session, range, options), {
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
    const kept = keptFailing.find((code) => isSnowmeltError(last, code));
    throw kept && isSnowmeltError(last) ? persistent(kept, last, policy.attempts, clock.nowMs() - startedAtMs) : error;
  }
}

const keptFailing = ["RESULT_INCOMPLETE", "RESULT_UNREADABLE", "RESULT_STALLED"] as const;

const persistent = (
  code: (typeof keptFailing)[number],
  error: Error & { details: Readonly<Record<string, unknown>> },
  attempts: number,
  ms?: number,
): Error =>
  snowflakeError(
    code,
    `${error.message} It was tried ${attempts} times${ms === undefined ? "" : ` in ${Math.round(ms / 1000)} s`}. Nothing of this range was handed over; run the query again.`,
    { cause: error, details: error.details, retryable: false },
  );

/** One try. Where the rows behind the range could not show a shift, a second download has to say the same. */
async function readSurely(session: SnowflakeSession, range: RowRange, options: RangeOptions): Promise<ReadRange> {
  const read = await readOnce(session, range, options);
  if (!tellsNothing(read.after)) return read;
  const again = await readOnce(session, range, options);
  const same =
    read.batches.length === again.batches.length &&
    read.batches.every(({ batch }, index) => {
      const other = again.batches[index];
      return other !== undefined && sameBatch(batch, other.batch);
    });
  if (same) return again;
  const { queryId } = options;
  throw snowflakeError(
    "RESULT_INCOMPLETE",
    `Rows ${range.start} to ${range.end - 1} of query ${queryId} came differently in two downloads: a chunk lacks a row or has one twice.`,
    { details: { queryId, ...range } },
  );
}

/** One download, over a newly opened result: new download links, and none of what an earlier try left in the driver. */
async function readOnce(session: SnowflakeSession, range: RowRange, options: RangeOptions): Promise<ReadRange> {
  const { queryId, plan, batchRows, rowCount, stallMs = defaultStallMs, digests = false, signal } = options;
  const result = checkResult(await session.openResult(queryId, { signal }), plan);
  if (result.rowCount !== rowCount) {
    throw snowflakeError(
      "RESULT_MISMATCH",
      `Query ${queryId} had ${rowCount} rows when the reading began and has ${result.rowCount} now.`,
    );
  }
  const decoder = openDecoder(plan, Math.min(batchRows, range.end - range.start));
  const digester = digests ? openResultDigester() : undefined;
  const batches: Omit<StreamedBatch, "edge">[] = [];
  const behind: { readonly start: number; readonly edge: EdgeCollector }[] = [];
  const finish = (endRow: number): void => {
    const firstRow = endRow - decoder.rowCount;
    batches.push({ batch: decoder.finish(), firstRow, lastRow: endRow - 1, digest: digester?.take() });
    behind.push({ start: endRow, edge: openEdge() });
  };
  const begin = openEdge();
  const after = openEdge();
  const withEdge = { start: range.start, end: Math.min(range.end + edgeRows, rowCount) };
  await result.read(withEdge, {
    stallMs,
    signal,
    onRows: (rows, firstRow) => {
      const own = rows.slice(0, Math.max(0, range.end - firstRow));
      for (const row of rows.slice(0, Math.max(0, range.start + edgeRows - firstRow))) begin.add(row);
      for (const row of rows.slice(own.length)) after.add(row);
      let taken = 0;
      while (taken < own.length) {
        const next = own.slice(taken, taken + batchRows - decoder.rowCount);
        decoder.append(next, firstRow + taken);
        digester?.add(next);
        taken += next.length;
        if (decoder.rowCount === batchRows) finish(firstRow + taken);
      }
      if (decoder.rowCount > 0 && firstRow + rows.length >= range.end) finish(range.end);
      for (const { start, edge } of behind) if (!edge.isKnown()) addFrom(edge, rows, Math.max(0, start - firstRow));
    },
  });
  const named = batches.map((batch, index) => ({ ...batch, edge: edgeName(behind[index]?.edge.edge()) }));
  return { batches: named, begin: begin.edge(), after: after.edge() };
}

function addFrom(edge: EdgeCollector, rows: readonly TextRow[], from: number): void {
  for (let at = from; at < rows.length && !edge.isKnown(); at++) {
    const row = rows[at];
    if (row) edge.add(row);
  }
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
