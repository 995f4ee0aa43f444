import { memoryObjectStore } from "@snowmelt/core/ports";
import { alertLimitsOf, openRelease, writeRelease } from "@snowmelt/pipeline/release";
import { expect, test } from "vitest";
import { samplePipeline } from "./sample-pipeline.ts";

const limitsOf = async (...definitions: Parameters<typeof writeRelease>[2]) => {
  const store = memoryObjectStore();
  await writeRelease(store, "prod", definitions);
  return alertLimitsOf(openRelease(store, "prod", { clock: { nowMs: () => 0 } }));
};

test("the platform's limit holds for all but those pipelines that have their own, here and not elsewhere", async () => {
  const own = { rateLimit: { messages: 3, per: "1 hour" } };
  const limits = await limitsOf(
    samplePipeline("a"),
    samplePipeline("b", { alerts: own }),
    samplePipeline("c", { alerts: { environments: { prod: own } } }),
    samplePipeline("d", { alerts: { environments: { test: own } } }),
  );
  const hourly = { messages: 3, perMs: 3_600_000 };
  expect(limits).toEqual({
    rateLimit: { messages: 10, perMs: 60_000 },
    ownRateLimits: { b: hourly, c: hourly },
  });
});

test("where nothing is released nothing is said", async () => {
  expect(await limitsOf()).toEqual({});
});
