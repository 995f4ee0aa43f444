import type { Pipeline } from "@snowmelt/core/definition";
import type { IncidentEvent, RunState } from "@snowmelt/core/engine";
import { manualClock, memoryLogger, memoryMetrics, memoryObjectStore } from "@snowmelt/core/ports";
import { checkPromises, openRelease, writeRelease } from "@snowmelt/pipeline/release";
import { describe, expect, test } from "vitest";
import { notePublished } from "../../src/state/published.ts";
import { samplePipeline } from "./sample-pipeline.ts";

const hour = 3_600_000;
const began = 1_795_000_000_000;
const sla = { freshness: "2 hours", duration: "30 minutes" } as const;
const place = { environment: "prod", pipeline: "a", dataset: "rows" };

async function open(definitions: readonly Pipeline[] = [samplePipeline("a", { sla })]) {
  const clock = manualClock(began);
  const objects = memoryObjectStore("memory://state", clock.nowMs);
  await writeRelease(objects, "prod", definitions);
  const underWay = new Map<string, Partial<RunState>>();
  const told: [string, IncidentEvent][] = [];
  let isDown = false;
  const ports = {
    engine: {
      async tellIncident(dedupKey: string, event: IncidentEvent) {
        if (isDown) throw new Error("no table");
        told.push([dedupKey, event]);
        return undefined;
      },
    },
    runs: {
      due: async () => [...underWay.keys()],
      read: async (runId: string) => ({ state: { runId, ...underWay.get(runId) } }) as never,
    },
    objects,
    released: openRelease(objects, "prod", { clock }),
    logger: memoryLogger(),
    metrics: memoryMetrics(),
  };
  return {
    ...{ clock, objects, underWay, ports },
    fail: (now: boolean) => {
      isDown = now;
    },
    async check() {
      told.length = 0;
      const report = await checkPromises(ports, clock.nowMs());
      return { report, told: told.map(([key, { type }]) => `${type} ${key}`), events: [...told] };
    },
  };
}

describe("freshness", () => {
  test("is counted from what was published last, however long ago and whatever ran since", async () => {
    const { clock, objects, check } = await open();
    await notePublished(objects, place, began);
    clock.advance(2 * hour);
    expect((await check()).told).toContain("recovered prod/a/rows/freshness");
    clock.advance(1);
    expect(await check()).toMatchObject({
      report: { stale: 1, failed: 0 },
      told: expect.arrayContaining(["raised prod/a/rows/freshness"]),
    });
    await notePublished(objects, place, clock.nowMs());
    expect((await check()).report.stale).toBe(0);
  });

  test("of what was never published is counted from when it was first looked at, not from the last deployment", async () => {
    const { clock, objects, check } = await open();
    expect((await check()).report.stale).toBe(0);
    clock.advance(hour);
    await writeRelease(objects, "prod", [samplePipeline("a", { sla }), samplePipeline("b")]);
    clock.advance(hour + 1);
    const { report, events } = await check();
    expect(report.stale).toBe(1);
    const [, event] = events.find(([key]) => key.endsWith("/freshness")) ?? [];
    expect(event).toMatchObject({ summary: expect.stringContaining("never been published"), subject: place });
  });

  test("is not lost by a note that comes late", async () => {
    const { clock, objects, check } = await open();
    await notePublished(objects, place, began + 3 * hour);
    await notePublished(objects, place, began);
    clock.advance(4 * hour);
    expect((await check()).report.stale).toBe(0);
  });

  test("has a metric a dataset, and is not asked of pipelines that promise nothing", async () => {
    const { ports, check } = await open([samplePipeline("a", { sla }), samplePipeline("b")]);
    const { told } = await check();
    expect(told).toEqual(["recovered prod/a/rows/freshness", "recovered prod/a/duration"]);
    expect(ports.metrics.recorded).toMatchObject([{ name: "FreshnessAge", value: 0 }]);
  });
});

describe("duration", () => {
  test("is told of while the run goes on, and is over when it has ended", async () => {
    const { clock, underWay, check } = await open();
    const run = { environment: "prod", pipeline: "a", status: "running", requestedAtMs: began } as const;
    underWay.set("r1", run);
    clock.advance(hour / 2);
    expect((await check()).report.slow).toBe(0);
    clock.advance(1);
    expect(await check()).toMatchObject({
      report: { slow: 1 },
      told: expect.arrayContaining(["raised prod/a/duration"]),
    });
    underWay.clear();
    expect((await check()).told).toContain("recovered prod/a/duration");
  });

  test("is promised by those alone that say so", async () => {
    const { underWay, ports, check } = await open([samplePipeline("a", { sla: { freshness: "2 hours" } })]);
    underWay.set("r1", { environment: "prod", pipeline: "a", status: "running", requestedAtMs: 0 });
    const asked: number[] = [];
    const { due } = ports.runs;
    ports.runs.due = async (...given: Parameters<typeof due>) => {
      asked.push(given.length);
      return due(...given);
    };
    expect((await check()).report.slow).toBe(0);
    expect(asked).toEqual([]);
  });
});

test("what cannot be told this minute is counted, and told the next", async () => {
  const { check, fail, ports } = await open();
  fail(true);
  expect((await check()).report).toEqual({ stale: 0, slow: 0, failed: 2 });
  expect(ports.logger.records.filter(({ level }) => level === "error")).toHaveLength(2);
  fail(false);
  expect((await check()).report.failed).toBe(0);
});
