import { isSnowmeltError } from "@snowmelt/core/errors";
import { aborted } from "./abort.ts";
import type { DriverStatement, TextRow } from "./driver.ts";
import { translateFailure } from "./driver-failure.ts";
import { openRefusedDownloads } from "./refused-downloads.ts";
import { snowflakeError } from "./snowflake-error.ts";
import { guardReading } from "./uncaught-guard.ts";

export interface RowRange {
  /** First row, counted from 0. */
  readonly start: number;
  /** The row after the last. */
  readonly end: number;
}

export interface ReadRangeOptions {
  readonly queryId: string;
  /** Milliseconds without a row after which the read is given up. */
  readonly stallMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly secrets: readonly string[];
  /** Called with the next rows in order, at most {@link slabRows} at a time; what it throws ends the read. */
  readonly onRows: (rows: readonly TextRow[], firstRow: number) => void;
}

/** Rows handed over at a time, at most. */
export const slabRows = 1024;

/** A link that is refused stays refused; a result that is opened anew has others. The driver would repeat each for minutes. */
const refusalsBorne = 5;

/**
 * Reads exactly the rows of a range of a result, or fails: RESULT_INCOMPLETE when fewer or more come, RESULT_STALLED when
 * none comes for `stallMs` (the driver never ends a stream whose chunk it cannot parse; the timer also keeps the process
 * from ending as if all were well), RESULT_UNREADABLE when downloads are refused, CONNECTION_FAILED. May be repeated with a
 * newly opened result.
 */
export function readRange(statement: DriverStatement, range: RowRange, options: ReadRangeOptions): Promise<void> {
  const { queryId, stallMs, signal, onRows } = options;
  const what = `read rows ${range.start} to ${range.end - 1} of query ${queryId}`;
  if (range.end <= range.start) return Promise.resolve();
  const startedAtMs = performance.now();
  const downloads = openRefusedDownloads(() => {
    if (downloads.status() === 403 && downloads.count() >= refusalsBorne) giveUp();
  });
  let giveUp = (): void => undefined;
  const refused = (failure?: Error) => {
    const [count, status, ms] = [downloads.count(), downloads.status(), Math.round(performance.now() - startedAtMs)];
    const meaning =
      status === 403 ? ", as when a link has expired, or a network or storage policy keeps this machine out" : "";
    return snowflakeError(
      "RESULT_UNREADABLE",
      `Could not ${what}: downloads of its chunks were refused ${count} times in ${ms} ms, last with HTTP ${status}${meaning}. Check that this machine may read the account's result storage, and its clock.`,
      {
        details: { queryId, ...range, httpStatus: status, refusals: count, ms },
        ...(failure ? { cause: failure } : {}),
      },
    );
  };
  const read = new Promise<void>((resolve, reject) =>
    downloads.run(() => {
      if (signal?.aborted) return reject(aborted(what, "nothing was sent", signal));
      const rows = statement.streamRows({ start: range.start, end: range.end - 1 });
      let seen = 0;
      const settle = (error?: unknown): void => {
        clearTimeout(stall);
        release();
        signal?.removeEventListener("abort", abort);
        rows.removeAllListeners();
        // The driver emits errors on a stream after it was destroyed; without a listener they end the process.
        rows.on("error", () => undefined);
        rows.destroy();
        if (error === undefined) resolve();
        else reject(error);
      };
      const stall = setTimeout(() => {
        if (downloads.count() > 0) return settle(refused());
        settle(
          snowflakeError(
            "RESULT_STALLED",
            `Could not ${what}: ${seen} rows came, then none for ${stallMs} ms. A chunk may be damaged or the network is gone.`,
            { details: { queryId, ...range, seen, stallMs } },
          ),
        );
      }, stallMs);
      const abort = (): void => {
        if (signal) settle(aborted(what, "the result stays on the server", signal));
      };
      signal?.addEventListener("abort", abort, { once: true });
      const fail = (error: unknown): void => {
        const failure = translateFailure(error, { what, secrets: options.secrets, during: "result" });
        // Of downloads that stay refused the driver makes one of several errors, some by stumbling over its own result.
        settle(isSnowmeltError(failure, "RESULT_UNREADABLE") && downloads.count() > 0 ? refused(failure) : failure);
      };
      giveUp = () => settle(refused());
      const release = guardReading(fail);
      const incomplete = (came: string) =>
        snowflakeError(
          "RESULT_INCOMPLETE",
          `Could not ${what}: ${range.end - range.start} rows were announced and ${came} came.`,
          { details: { queryId, ...range, seen } },
        );
      const take = (): void => {
        try {
          for (;;) {
            const slab: TextRow[] = [];
            for (let row = rows.read(); row !== null; row = rows.read()) {
              slab.push(row);
              if (slab.length === slabRows) break;
            }
            if (slab.length === 0) return;
            stall.refresh();
            if (seen + slab.length > range.end - range.start) throw incomplete("more");
            onRows(slab, range.start + seen);
            seen += slab.length;
            if (slab.length < slabRows) return;
          }
        } catch (error) {
          settle(error);
        }
      };
      rows.on("readable", take);
      rows.on("end", () => settle(seen === range.end - range.start ? undefined : incomplete(`${seen}`)));
      rows.on("error", fail);
      rows.on("close", () => settle(incomplete(`${seen}`)));
    }),
  );
  return read.finally(() => downloads.close());
}
