import {
  crawler,
  dataset,
  definePipeline,
  definePlatform,
  delta,
  full,
  password,
  query,
  secret,
} from "@snowmelt/core/definition";
import { manualClock } from "@snowmelt/core/ports";
import { awsFailure, type CrawlerScript, memoryCrawlers, patientCrawlers } from "@snowmelt/lake/glue";
import { runDiscovery } from "@snowmelt/pipeline";
import { describe, expect, it } from "vitest";

const platform = definePlatform({
  name: "acme",
  environments: {
    dev: {
      snowflake: { account: "acme", user: "U", auth: password(secret("env:P")) },
      lake: { root: "s3://acme-lake/tables", region: "eu-central-1" },
    },
  },
});
const one = dataset({
  source: query({ name: "one", sql: "SELECT 1 AS N", columns: [["N", "NUMBER(1,0)"]] }),
  sync: full(),
  land: delta(),
});

const define = (...names: readonly string[]) =>
  definePipeline({
    apiVersion: 1,
    name: "shop",
    platform,
    datasets: { one },
    discover: names.map((name) =>
      crawler({ name, paths: [`s3://partner/${name}/`], database: "external", deadline: "5 minutes" }),
    ),
  });

function scripted(scripts: Readonly<Record<string, CrawlerScript>>) {
  const clock = manualClock();
  const memory = memoryCrawlers(scripts);
  return { memory, options: { environment: "dev", clock, glue: patientCrawlers(memory, { clock }) } };
}

const summary = '{"TABLE":{"ADD":{"Count":2}},"PARTITION":{"ADD":{"Count":7}}}';

describe("the crawlers of a definition", () => {
  it("are run, awaited and reported, in the definition's order", async () => {
    const { memory, options } = scripted({
      clicks: { crawls: [{ state: "COMPLETED", looks: 9, summary }] },
      drops: { earlierCrawls: 2, crawls: [{ state: "COMPLETED", looks: 1, summary: "{}" }] },
    });
    const told: string[] = [];
    const found = await runDiscovery(define("clicks", "drops"), { ...options, onProgress: (text) => told.push(text) });
    expect(found).toMatchObject({ pipeline: "shop", environment: "dev" });
    expect(found.crawls).toMatchObject([
      {
        status: "completed",
        crawler: "clicks",
        database: "external",
        findings: { tables: { added: 2 }, partitions: { added: 7 } },
        dpuHours: 0.04,
      },
      { status: "completed", crawler: "drops", findings: { tables: { added: 0 } } },
    ]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(memory.started.toSorted()).toEqual(["clicks", "drops"]);
    expect(told.some((text) => text.includes("clicks"))).toBe(true);
  });

  it("that fail, are late or are missing stop no other", async () => {
    const { options } = scripted({
      broken: { crawls: [{ state: "FAILED", errorMessage: "S3 said no" }] },
      slow: { crawls: [{ state: "COMPLETED", looks: 1_000 }] },
      clicks: { crawls: [{ state: "COMPLETED", summary }] },
    });
    const { crawls } = await runDiscovery(define("broken", "slow", "gone", "clicks"), options);
    expect(crawls.map((crawl) => (crawl.status === "failed" ? crawl.failure.code : crawl.status))).toEqual([
      "GLUE_CRAWL_FAILED",
      "GLUE_CRAWL_LATE",
      "GLUE_ENTITY_MISSING",
      "completed",
    ]);
    expect(crawls[0]).toMatchObject({ failure: { message: expect.stringContaining("S3 said no"), stage: null } });
  });

  it("run no more at once than is said", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const { memory, options } = scripted(
      Object.fromEntries(names.map((name) => [name, { crawls: [{ state: "COMPLETED", looks: 3 }] }])),
    );
    let [open, most] = [0, 0];
    const glue = {
      ...options.glue,
      async startCrawler(...asked: Parameters<typeof memory.startCrawler>) {
        most = Math.max(most, ++open);
        return options.glue.startCrawler(...asked);
      },
      async listCrawls(...asked: Parameters<typeof memory.listCrawls>) {
        const listed = await options.glue.listCrawls(...asked);
        if (listed.Crawls?.some(({ State }) => State === "COMPLETED")) open--;
        return listed;
      },
    };
    await runDiscovery(define(...names), { ...options, glue, parallel: 2 });
    expect(memory.started.toSorted()).toEqual(names);
    expect(most).toBe(2);
  });

  it("are not asked when the run is aborted, which rejects", async () => {
    const { memory, options } = scripted({ clicks: { crawls: [{ state: "COMPLETED", looks: 1_000 }] } });
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    await expect(runDiscovery(define("clicks"), { ...options, signal: stop.signal, onProgress })).rejects.toMatchObject(
      {
        code: "ABORTED",
      },
    );
    expect(memory.started).toEqual(["clicks"]);
  });

  it("are of an environment that is there, and AWS is not loaded for none", async () => {
    await expect(runDiscovery(define("clicks"), { environment: "prod" })).rejects.toMatchObject({
      code: "ENVIRONMENT_UNKNOWN",
    });
    expect(await runDiscovery(define(), { environment: "dev" })).toMatchObject({ crawls: [] });
  });

  it("may not be asked: that is their outcome, with what to grant", async () => {
    const { memory, options } = scripted({});
    const glue = patientCrawlers(
      { ...memory, getCrawler: () => Promise.reject(awsFailure("AccessDeniedException", "no", 400)) },
      { clock: options.clock },
    );
    const { crawls } = await runDiscovery(define("clicks"), { ...options, glue });
    expect(crawls).toMatchObject([{ status: "failed", failure: { code: "GLUE_ACCESS_DENIED" } }]);
  });
});
