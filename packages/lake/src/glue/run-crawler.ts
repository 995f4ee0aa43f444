import type { CrawlerHistory } from "@aws-sdk/client-glue";
import { coreError, isSnowmeltError } from "@snowmelt/core/errors";
import { type Clock, systemClock } from "@snowmelt/core/ports";
import { type CrawlFindings, parseFindings } from "./crawl-findings.ts";
import type { GlueCrawlers } from "./glue-calls.ts";
import { glueError } from "./glue-error.ts";
import { glueLimits } from "./glue-limits.ts";

export interface RunCrawlerOptions {
  /** For all of it, waiting for an earlier crawl included. @default 3_600_000 (an hour) */
  readonly deadlineMs?: number;
  /** Between two looks. @default 10_000 */
  readonly pollMs?: number;
  /** @default the system's */
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** Told what is waited for. */
  readonly onProgress?: (text: string) => void;
}

/** A crawl that began after it was asked for, and was completed. */
export interface CrawlReport {
  readonly crawler: string;
  readonly crawlId: string;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  /** What it changed in the catalog; undefined where the summary has another shape than the known one. */
  readonly findings: CrawlFindings | undefined;
  /** As Glue wrote it. */
  readonly summary: string;
  readonly dpuHours: number | undefined;
  /** `group:stream` of its log in CloudWatch. */
  readonly log: string | undefined;
}

/**
 * Starts a crawler and waits for that very crawl. Everything that was in the lake when this was called has been seen by it: a
 * crawl that ran already may have begun before, so it is waited for and the crawler started again.
 *
 * May be repeated; each time costs a crawl. An abort rejects with ABORTED and leaves the crawl running in AWS, and so does the
 * deadline. `glue` is one of `openGlue` or `patientCrawlers`.
 * @throws GLUE_CRAWL_FAILED, GLUE_CRAWL_STOPPED, GLUE_CRAWL_LATE, GLUE_ENTITY_MISSING for a crawler that is not there
 */
export async function runCrawler(
  glue: GlueCrawlers,
  name: string,
  options: RunCrawlerOptions = {},
): Promise<CrawlReport> {
  const { deadlineMs = 3_600_000, pollMs = 10_000, clock = systemClock, signal, onProgress = () => {} } = options;
  const beganMs = clock.monotonicMs();
  const pause = async (waitingFor: string) => {
    if (signal?.aborted) throw aborted(name, signal.reason);
    if (clock.monotonicMs() - beganMs >= deadlineMs) throw late(name, waitingFor, deadlineMs);
    onProgress(`Waiting for ${waitingFor}`);
    await clock.sleep(pollMs, signal);
  };
  try {
    const lastStartMs = await startAfterOthers({ glue, name, signal, pause });
    return toReport(name, await awaitNewCrawl({ glue, name, signal, pause }, lastStartMs));
  } catch (error) {
    throw signal?.aborted && !isSnowmeltError(error, "ABORTED") ? aborted(name, error) : error;
  }
}

interface Waiting {
  readonly glue: GlueCrawlers;
  readonly name: string;
  readonly signal: AbortSignal | undefined;
  readonly pause: (waitingFor: string) => Promise<void>;
}

/** Starts the crawler when no crawl of it runs. Resolves to when the last crawl before it began, by Glue's clock. */
async function startAfterOthers(waiting: Waiting): Promise<number> {
  const { glue, name, signal, pause } = waiting;
  for (;;) {
    const lastStartMs = await readLastStart(waiting);
    try {
      await glue.startCrawler({ Name: name }, signal);
      return lastStartMs;
    } catch (error) {
      if (!isSnowmeltError(error, "GLUE_CRAWLER_RUNNING")) throw error;
    }
    do await pause(`an earlier crawl of ${name}, which may not have seen everything`);
    while ((await glue.getCrawler({ Name: name }, signal)).Crawler?.State !== "READY");
  }
}

async function readLastStart({ glue, name, signal }: Waiting): Promise<number> {
  const { Crawler } = await glue.getCrawler({ Name: name }, signal);
  const crawls = await listCrawls(glue, name, signal);
  // The list may lag behind the crawler, whose own record of its last crawl does not.
  return Math.max(Crawler?.LastCrawl?.StartTime?.getTime() ?? 0, ...crawls.map(startMs));
}

async function awaitNewCrawl(waiting: Waiting, lastStartMs: number): Promise<CrawlerHistory> {
  const { glue, name, signal, pause } = waiting;
  let crawlId: string | undefined;
  for (;;) {
    const crawls = await listCrawls(glue, name, signal);
    crawlId ??= newest(crawls.filter((crawl) => startMs(crawl) > lastStartMs))?.CrawlId;
    const own = crawls.find((crawl) => crawl.CrawlId === crawlId);
    if (own !== undefined && crawlId !== undefined && own.State !== "RUNNING") return own;
    await pause(crawlId === undefined ? `the crawl of ${name} to be listed` : `the crawl ${crawlId} of ${name}`);
  }
}

function newest(crawls: readonly CrawlerHistory[]): CrawlerHistory | undefined {
  return crawls.toSorted((left, right) => startMs(right) - startMs(left))[0];
}

function startMs({ StartTime }: CrawlerHistory): number {
  return StartTime?.getTime() ?? 0;
}

/** The newest crawls; Glue lists them newest first. */
async function listCrawls(
  glue: GlueCrawlers,
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly CrawlerHistory[]> {
  return (await glue.listCrawls({ CrawlerName: name, MaxResults: glueLimits.listCrawls }, signal)).Crawls ?? [];
}

function toReport(crawler: string, crawl: CrawlerHistory): CrawlReport {
  const { CrawlId: crawlId = "", State, StartTime, EndTime, Summary: summary = "", ErrorMessage, DPUHour } = crawl;
  const log = crawl.LogGroup === undefined ? undefined : `${crawl.LogGroup}:${crawl.LogStream ?? ""}`;
  const details = { crawler, crawlId, log };
  const where = log === undefined ? "" : ` Its log is ${log}.`;
  if (State === "STOPPED")
    throw glueError("GLUE_CRAWL_STOPPED", `The crawl ${crawlId} of ${crawler} was stopped by someone.${where}`, {
      details,
    });
  if (State !== "COMPLETED")
    throw glueError(
      "GLUE_CRAWL_FAILED",
      `The crawl ${crawlId} of ${crawler} ended as ${State ?? "unknown"}: ${ErrorMessage ?? "Glue gave no reason"}.${where}`,
      { details },
    );
  return {
    crawler,
    crawlId,
    startedAt: StartTime ?? new Date(0),
    endedAt: EndTime,
    findings: parseFindings(summary),
    summary,
    dpuHours: DPUHour,
    log,
  };
}

function late(name: string, waitingFor: string, deadlineMs: number): Error {
  return glueError(
    "GLUE_CRAWL_LATE",
    `The crawler ${name} was not done within ${deadlineMs} ms: it still waits for ${waitingFor}. What runs goes on in AWS. Give it more time, or let it crawl less.`,
    { details: { crawler: name, deadlineMs } },
  );
}

function aborted(name: string, cause: unknown): Error {
  return coreError("ABORTED", `Aborted while the crawler ${name} ran. A crawl that was started goes on in AWS.`, {
    cause,
  });
}
