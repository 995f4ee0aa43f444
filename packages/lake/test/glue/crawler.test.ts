import { manualClock } from "@snowmelt/core/ports";
import { awsFailure, type CrawlerScript, memoryCrawlers, patientCrawlers, runCrawler } from "@snowmelt/lake/glue";
import { describe, expect, test } from "vitest";

const summary = '{"TABLE":{"ADD":{"Count":1}}}';

function scripted(script: CrawlerScript) {
  const memory = memoryCrawlers({ drops: script });
  const clock = manualClock();
  return { memory, clock, glue: patientCrawlers(memory, { clock }) };
}

test("a crawl is started, awaited, and what it found is reported", async () => {
  const { glue, clock, memory } = scripted({ crawls: [{ state: "COMPLETED", looks: 3, summary }] });
  expect(await runCrawler(glue, "drops", { clock })).toEqual({
    crawler: "drops",
    crawlId: "crawl-1",
    startedAt: new Date("2026-01-01T00:01:00Z"),
    endedAt: new Date("2026-01-01T00:01:30Z"),
    findings: { tables: { added: 1, updated: 0, deleted: 0 }, partitions: { added: 0, updated: 0, deleted: 0 } },
    summary,
    dpuHours: 0.04,
    log: "/aws-glue/crawlers:crawl-1",
  });
  expect(memory.started).toEqual(["drops"]);
});

test("crawls that are over are not taken for ours, however many", async () => {
  const { glue, clock } = scripted({ earlierCrawls: 150, crawls: [{ state: "COMPLETED", listedAfterLooks: 4 }] });
  expect(await runCrawler(glue, "drops", { clock })).toMatchObject({ crawlId: "crawl-151" });
});

test("a crawl that ran already is waited for, and the crawler started again", async () => {
  const { glue, clock, memory } = scripted({
    running: { state: "FAILED", looks: 6, errorMessage: "not ours" },
    crawls: [{ state: "COMPLETED", looks: 2 }],
  });
  const told: string[] = [];
  const report = await runCrawler(glue, "drops", { clock, onProgress: (text) => told.push(text) });
  expect(report.crawlId).toBe("crawl-2");
  expect(memory.started).toHaveLength(1);
  expect(told[0]).toBe("Waiting for an earlier crawl of drops, which may not have seen everything");
});

test("an earlier crawl that is listed late is not taken for ours", async () => {
  const { glue, clock } = scripted({
    running: { state: "FAILED", looks: 5, listedAfterLooks: 11 },
    crawls: [{ state: "COMPLETED", looks: 9, listedAfterLooks: 7 }],
  });
  expect(await runCrawler(glue, "drops", { clock })).toMatchObject({ crawlId: "crawl-2" });
});

describe("a crawl that does not complete", () => {
  test.each([
    [
      "FAILED",
      { state: "FAILED", errorMessage: "S3 access denied" },
      "GLUE_CRAWL_FAILED",
      "S3 access denied. Its log is",
    ],
    ["STOPPED", { state: "STOPPED" }, "GLUE_CRAWL_STOPPED", "was stopped by someone. Its log is"],
  ] as const)("%s is an error that says where its log is", async (_, crawl, code, said) => {
    const { glue, clock } = scripted({ crawls: [crawl] });
    await expect(runCrawler(glue, "drops", { clock })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(said),
    });
  });

  test("is given up at the deadline, which says that it goes on", async () => {
    const { glue, clock } = scripted({ crawls: [{ state: "COMPLETED", looks: 1e9 }] });
    await expect(runCrawler(glue, "drops", { clock, deadlineMs: 60_000, pollMs: 5_000 })).rejects.toMatchObject({
      code: "GLUE_CRAWL_LATE",
      message: expect.stringContaining("still waits for the crawl crawl-1 of drops. What runs goes on in AWS"),
    });
    expect(clock.nowMs()).toBe(60_000);
  });

  test("the deadline holds while an earlier crawl runs, too", async () => {
    const { glue, clock, memory } = scripted({
      running: { state: "COMPLETED", looks: 1e9 },
      crawls: [{ state: "COMPLETED" }],
    });
    await expect(runCrawler(glue, "drops", { clock, deadlineMs: 60_000 })).rejects.toThrow("an earlier crawl of drops");
    expect(memory.started).toEqual([]);
  });

  test("is left running on abort", async () => {
    const { glue, clock } = scripted({ crawls: [{ state: "COMPLETED", looks: 1e9 }] });
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error("enough"));
    await expect(runCrawler(glue, "drops", { clock, signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: "ABORTED",
      message: expect.stringContaining("A crawl that was started goes on in AWS"),
    });
  });

  test("a crawler that is not there is named", async () => {
    const { glue, clock } = scripted({ crawls: [] });
    await expect(runCrawler(glue, "nobody", { clock })).rejects.toMatchObject({
      code: "GLUE_ENTITY_MISSING",
      message: expect.stringContaining("Glue could not read the crawler nobody"),
    });
  });
});

test("a start whose answer was lost leads to one crawl more, never to one that may have missed data", async () => {
  const { memory, clock } = scripted({ crawls: [{ state: "COMPLETED", looks: 4 }] });
  let lose = true;
  const glue = patientCrawlers(
    {
      ...memory,
      async startCrawler(input, signal) {
        await memory.startCrawler(input, signal);
        if (lose) {
          lose = false;
          throw awsFailure("InternalServiceException", "lost", 500);
        }
      },
    },
    { clock },
  );
  expect(await runCrawler(glue, "drops", { clock })).toMatchObject({ crawlId: "crawl-2" });
  expect(memory.started).toHaveLength(2);
});
