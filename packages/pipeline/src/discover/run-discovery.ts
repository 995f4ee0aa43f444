import type { Crawler, Environment, Pipeline } from "@snowmelt/core/definition";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { type Clock, systemClock } from "@snowmelt/core/ports";
import { durationMs } from "@snowmelt/core/types";
import type { CrawlReport, GlueCrawlers } from "@snowmelt/lake/glue";
import { type LakeAccess, openCatalog } from "../lake/open-lake.ts";
import { pipelineError } from "../pipeline-error.ts";
import { failureOf } from "../run/dataset-record.ts";
import type { CrawlOutcome, Discovery } from "./discovery.ts";

export interface DiscoveryOptions {
  readonly environment: string;
  /** How Glue is reached, where that is not as everywhere. */
  readonly lake?: Pick<LakeAccess, "glueEndpoint" | "credentials">;
  /** Instead of Glue itself. Errors have to be those of `patientCrawlers`. */
  readonly glue?: GlueCrawlers;
  /** Crawls that run at once. @default 4 */
  readonly parallel?: number;
  /** Between two looks at a crawl. @default 10_000 */
  readonly pollMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** Told what is waited for. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Runs the crawlers that a definition names, each waited for until that very crawl is over, and says what they found. One that
 * fails is an outcome and stops no other. It may be repeated; each time costs its crawls. An abort rejects with ABORTED and leaves
 * what was started running in AWS. Throws ENVIRONMENT_UNKNOWN and GLUE_OPTIONS_INVALID.
 */
export async function runDiscovery(definition: Pipeline, options: DiscoveryOptions): Promise<Discovery> {
  const { environment: name } = options;
  const environment = findEnvironment(definition, name);
  const { discover = [] } = definition;
  const head = { pipeline: definition.name, environment: name };
  if (discover.length === 0) return { ...head, crawls: [] };
  if (options.glue) return { ...head, crawls: await crawlAll(options.glue, discover, options) };
  using glue = await openCrawlers(environment, options.lake);
  return { ...head, crawls: await crawlAll(glue, discover, options) };
}

async function crawlAll(
  glue: GlueCrawlers,
  discover: readonly Crawler[],
  options: DiscoveryOptions,
): Promise<readonly CrawlOutcome[]> {
  const { parallel = 4 } = options;
  const crawls = new Map<Crawler, CrawlOutcome>();
  const waiting = discover.values();
  const workThrough = async (): Promise<void> => {
    for (const crawler of waiting) crawls.set(crawler, await crawl(glue, crawler, options));
  };
  await Promise.all(Array.from({ length: Math.min(parallel, discover.length) }, workThrough));
  return discover.flatMap((crawler) => crawls.get(crawler) ?? []);
}

async function crawl(glue: GlueCrawlers, crawler: Crawler, options: DiscoveryOptions): Promise<CrawlOutcome> {
  const { clock = systemClock, pollMs, signal, onProgress } = options;
  const { name, database, deadline } = crawler;
  const { runCrawler } = await import("@snowmelt/lake/glue");
  try {
    const report = await runCrawler(glue, name, {
      deadlineMs: durationMs(deadline),
      clock,
      ...(pollMs === undefined ? {} : { pollMs }),
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
    return completed(crawler, report);
  } catch (error) {
    if (signal?.aborted || isSnowmeltError(error, "ABORTED")) throw error;
    return { status: "failed", crawler: name, database, failure: failureOf(error, null) };
  }
}

function completed({ name, database }: Crawler, report: CrawlReport): CrawlOutcome {
  const { crawlId, startedAt, endedAt, findings, summary, dpuHours, log } = report;
  return {
    status: "completed",
    crawler: name,
    database,
    crawlId,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    findings: findings ?? null,
    summary,
    dpuHours: dpuHours ?? null,
    log: log ?? null,
  };
}

function findEnvironment({ platform }: Pipeline, name: string): Environment {
  const found = Object.hasOwn(platform.environments, name) ? platform.environments[name] : undefined;
  if (found) return found;
  throw pipelineError(
    "ENVIRONMENT_UNKNOWN",
    `The platform ${platform.name} has no environment ${JSON.stringify(name)}; known are ${Object.keys(platform.environments).join(", ")}.`,
  );
}

/** Crawlers are where the catalog is. */
function openCrawlers({ lake }: Environment, { glueEndpoint, credentials }: LakeAccess = {}) {
  return openCatalog({
    region: lake.catalog?.region ?? lake.region,
    endpoint: glueEndpoint,
    ...(credentials === undefined ? {} : { credentials }),
  });
}
