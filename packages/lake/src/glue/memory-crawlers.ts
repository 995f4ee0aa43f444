import type { CrawlerHistory } from "@aws-sdk/client-glue";
import type { GlueCrawlers } from "./glue-calls.ts";
import { awsFailure } from "./memory-glue.ts";

/** One crawl, as it will go. */
export interface ScriptedCrawl {
  readonly state: "COMPLETED" | "FAILED" | "STOPPED";
  /** For how many looks (of any kind) it runs. @default 1 */
  readonly looks?: number;
  /** For how many looks the list does not show it yet. @default 0 */
  readonly listedAfterLooks?: number;
  readonly summary?: string;
  readonly errorMessage?: string;
}

export interface CrawlerScript {
  /** A crawl that runs already. */
  readonly running?: ScriptedCrawl;
  /** Crawls that are over. @default 0 */
  readonly earlierCrawls?: number;
  /** What each start brings, in order; the last one repeats. */
  readonly crawls: readonly ScriptedCrawl[];
}

/** Crawlers in memory. They go on by one step at each look, so a test needs no time. */
export interface MemoryCrawlers extends GlueCrawlers {
  /** Names of crawlers, one for each start that was accepted. */
  readonly started: string[];
}

interface Crawl {
  readonly id: string;
  readonly startedAt: Date;
  readonly script: ScriptedCrawl;
  looks: number;
}

const FIRST_START_MS = Date.UTC(2026, 0, 1);

export function memoryCrawlers(scripts: Readonly<Record<string, CrawlerScript>>): MemoryCrawlers {
  const started: string[] = [];
  let crawlCount = 0;
  const newCrawl = (script: ScriptedCrawl): Crawl => {
    crawlCount++;
    return { id: `crawl-${crawlCount}`, startedAt: new Date(FIRST_START_MS + crawlCount * 60_000), script, looks: 0 };
  };
  const crawlers = new Map(
    Object.entries(scripts).map(([name, script]) => {
      const over = Array.from({ length: script.earlierCrawls ?? 0 }, () => newCrawl({ state: "COMPLETED", looks: 0 }));
      return [name, { script, starts: 0, crawls: [...over, ...(script.running ? [newCrawl(script.running)] : [])] }];
    }),
  );
  const look = (name: string) => {
    const crawler = crawlers.get(name);
    if (crawler === undefined) throw awsFailure("EntityNotFoundException", `Crawler ${name} not found.`);
    for (const crawl of crawler.crawls) crawl.looks++;
    return crawler;
  };
  return {
    started,
    async getCrawler({ Name = "" }, signal) {
      signal?.throwIfAborted();
      const { crawls } = look(Name);
      const last = crawls.findLast((crawl) => !isRunning(crawl));
      return {
        Crawler: {
          Name,
          State: crawls.some(isRunning) ? "RUNNING" : "READY",
          ...(last === undefined ? {} : { LastCrawl: { StartTime: last.startedAt } }),
        },
      };
    },
    async startCrawler({ Name = "" }, signal) {
      signal?.throwIfAborted();
      const crawler = look(Name);
      if (crawler.crawls.some(isRunning))
        throw awsFailure("CrawlerRunningException", `Crawler with name ${Name} has already started`);
      const script = crawler.script.crawls[crawler.starts++] ?? crawler.script.crawls.at(-1);
      if (script === undefined) throw awsFailure("InternalServiceException", "No crawl is scripted.", 500);
      crawler.crawls.push(newCrawl(script));
      started.push(Name);
    },
    async listCrawls({ CrawlerName = "", MaxResults = 20 }, signal) {
      signal?.throwIfAborted();
      const listed = look(CrawlerName).crawls.filter(({ looks, script }) => looks > (script.listedAfterLooks ?? 0));
      return { Crawls: listed.toReversed().slice(0, MaxResults).map(toHistory) };
    },
  };
}

function isRunning({ looks, script }: Crawl): boolean {
  return looks <= (script.looks ?? 1);
}

function toHistory(crawl: Crawl): CrawlerHistory {
  const { id, startedAt, script } = crawl;
  const common = { CrawlId: id, StartTime: startedAt, LogGroup: "/aws-glue/crawlers", LogStream: id };
  if (isRunning(crawl)) return { ...common, State: "RUNNING" };
  return {
    ...common,
    State: script.state,
    EndTime: new Date(startedAt.getTime() + 30_000),
    DPUHour: 0.04,
    ...(script.summary === undefined ? {} : { Summary: script.summary }),
    ...(script.errorMessage === undefined ? {} : { ErrorMessage: script.errorMessage }),
  };
}
