import { isSnowmeltError, SnowmeltError } from "@snowmelt/core/errors";
import { type Clock, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import { type RetryPolicy, retry } from "@snowmelt/core/retry";
import type { GlueCall, GlueCatalog, GlueCrawlers } from "./glue-calls.ts";
import { toGlueError } from "./to-glue-error.ts";

export interface Patience {
  /** Of each call. @default 8 tries, delays up to 10 s: 25.4 s of waiting at most */
  readonly policy?: RetryPolicy;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default the system's */
  readonly random?: Random;
}

export const gluePolicy: RetryPolicy = { attempts: 8, baseDelayMs: 200, maxDelayMs: 10_000 };

/**
 * A catalog that is asked again while it throttles or fails, and whose errors are ours (`GLUE_*`). The one layer that
 * repeats a call. A repeated call may find its own first try's work: whoever makes or changes something has to take
 * GLUE_ALREADY_EXISTS, GLUE_CHANGED_MEANWHILE and GLUE_ENTITY_MISSING for "look again".
 */
export function patientCatalog(glue: GlueCatalog, patience: Patience = {}): GlueCatalog {
  const ask = patientCall(patience);
  return {
    getTable: ask("read the table", glue.getTable),
    createTable: ask("create the table", glue.createTable),
    updateTable: ask("update the table", glue.updateTable),
    getPartitions: ask("list the partitions of", glue.getPartitions),
    batchGetPartition: ask("read partitions of", glue.batchGetPartition),
    batchCreatePartition: ask("create partitions of", glue.batchCreatePartition),
    batchUpdatePartition: ask("update partitions of", glue.batchUpdatePartition),
    batchDeletePartition: ask("delete partitions of", glue.batchDeletePartition),
  };
}

/** Crawlers, in the same way. A repeated start may find its own first try running: GLUE_CRAWLER_RUNNING. */
export function patientCrawlers(glue: GlueCrawlers, patience: Patience = {}): GlueCrawlers {
  const ask = patientCall(patience);
  return {
    getCrawler: ask("read the crawler", glue.getCrawler),
    startCrawler: ask("start the crawler", glue.startCrawler),
    listCrawls: ask("list the crawls of", glue.listCrawls),
  };
}

function patientCall({ policy = gluePolicy, clock = systemClock, random = systemRandom }: Patience) {
  return <I extends object, O>(verb: string, call: GlueCall<I, O>): GlueCall<I, O> =>
    async (input, signal) => {
      const what = `${verb} ${targetOf(input)}`;
      const attempt = async () => {
        try {
          return await call(input, signal);
        } catch (error) {
          throw signal?.aborted ? error : toGlueError(error, what);
        }
      };
      try {
        return await retry(attempt, { what, policy, clock, random, ...(signal ? { signal } : {}) });
      } catch (error) {
        signal?.throwIfAborted();
        // The last failure as it was: whoever calls knows what it means, and must not take it for worth repeating at once.
        if (!isSnowmeltError(error, "RETRIES_EXHAUSTED") || !isSnowmeltError(error.cause)) throw error;
        throw exhausted(error.cause, policy.attempts);
      }
    };
}

function exhausted({ code, category, message, details, cause }: SnowmeltError, attempts: number): SnowmeltError {
  return new SnowmeltError({ code, category, retryable: false }, `${message} Tried ${attempts} times.`, {
    cause,
    details: { ...details, attempts },
  });
}

function targetOf(input: object): string {
  const parts: unknown[] = [];
  if ("DatabaseName" in input) parts.push(input.DatabaseName);
  if ("TableName" in input) parts.push(input.TableName);
  else if ("TableInput" in input && typeof input.TableInput === "object" && input.TableInput !== null) {
    parts.push("Name" in input.TableInput ? input.TableInput.Name : "");
  } else if ("CrawlerName" in input) parts.push(input.CrawlerName);
  else if ("Name" in input) parts.push(input.Name);
  return parts.join(".");
}
