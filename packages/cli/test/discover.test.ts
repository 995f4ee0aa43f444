import { join } from "node:path";
import { manualClock } from "@snowmelt/core/ports";
import { type CrawlerScript, memoryCrawlers, patientCrawlers } from "@snowmelt/lake/glue";
import { runDiscovery } from "@snowmelt/pipeline";
import { expect, test } from "vitest";
import { commandLine, recordedEngine } from "./command-line.ts";

const cwd = join(import.meta.dirname, "fixtures");
const summary = '{"TABLE":{"ADD":{"Count":2}},"PARTITION":{"ADD":{"Count":7},"DELETE":{"Count":1}}}';
const clicks: CrawlerScript = { crawls: [{ state: "COMPLETED", looks: 9, summary }] };

/** The command with crawlers that are scripted, all else being real. */
function discover(argv: readonly string[], scripts: Readonly<Record<string, CrawlerScript>>) {
  const clock = manualClock();
  const glue = patientCrawlers(memoryCrawlers(scripts), { clock });
  const { loadEngine } = recordedEngine({
    runDiscovery: (definition, options) => runDiscovery(definition, { ...options, glue, clock }),
  });
  return commandLine(["discover", ...argv], { cwd, loadEngine });
}

test("discover prints a line for each crawler, and says once what it waits for", async () => {
  const { code, out, err } = await discover(["crawled-orders.ts"], {
    clicks,
    returns: { crawls: [{ state: "COMPLETED", summary: "{}" }] },
  });
  expect(code).toBe(0);
  expect(out).toMatch(/^orders in environment local: 2 crawls\n/);
  expect(out).toMatch(/clicks +external +completed +2 added +7 added, 1 deleted +30 +0\.04 +\/aws-glue\/crawlers:/);
  expect(out).toMatch(/returns +external +completed +unchanged +unchanged/);
  expect(err.match(/Waiting for the crawl crawl-\d of clicks\n/g)).toHaveLength(1);
});

test("discover goes on after a crawler that fails, and ends with its exit code", async () => {
  const scripts = { clicks, returns: { crawls: [{ state: "FAILED" as const, errorMessage: "S3 said no" }] } };
  const { code, out } = await discover(["crawled-orders.ts"], scripts);
  expect(code).toBe(7);
  expect(out).toMatch(/clicks +external +completed/);
  expect(out).toMatch(/returns +external +failed/);
  expect(out).toMatch(/returns: GLUE_CRAWL_FAILED .*S3 said no/);
  const json = await discover(["crawled-orders.ts", "--json"], scripts);
  expect([json.code, json.err]).toEqual([7, ""]);
  expect(JSON.parse(json.out)).toMatchObject({
    environment: "local",
    crawls: [
      { status: "completed", summary },
      { status: "failed", failure: { code: "GLUE_CRAWL_FAILED" } },
    ],
  });
});

test("discover of a pipeline without crawlers says so", async () => {
  expect(await discover(["orders.ts"], {})).toEqual({
    code: 0,
    out: "orders in environment local names no crawler.\n",
    err: "",
  });
});
