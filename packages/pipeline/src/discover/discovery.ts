import type { CrawlFindings } from "@snowmelt/lake/glue";
import type { RunFailure } from "../manifest.ts";

/** What the crawlers of a definition found: plain data, as `snowmelt discover --json` prints it. */
export interface Discovery {
  readonly pipeline: string;
  readonly environment: string;
  /** In the definition's order. */
  readonly crawls: readonly CrawlOutcome[];
}

export type CrawlOutcome = CompletedCrawl | FailedCrawl;

/** A crawl that began after it was asked for, and saw everything that was there by then. */
export interface CompletedCrawl {
  readonly status: "completed";
  readonly crawler: string;
  readonly database: string;
  readonly crawlId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** What it changed in the catalog; null where Glue's summary has another shape than the known one. */
  readonly findings: CrawlFindings | null;
  /** As Glue wrote it. */
  readonly summary: string;
  readonly dpuHours: number | null;
  /** `group:stream` of its log in CloudWatch. */
  readonly log: string | null;
}

export interface FailedCrawl {
  readonly status: "failed";
  readonly crawler: string;
  readonly database: string;
  readonly failure: RunFailure;
}
