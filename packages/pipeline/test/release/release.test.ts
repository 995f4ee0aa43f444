import { memoryLogger, memoryObjectStore } from "@snowmelt/core/ports";
import { alertPolicyOf, nobody, openRelease, planReleasedRun, writeRelease } from "@snowmelt/pipeline/release";
import { expect, test } from "vitest";
import { samplePipeline as pipeline } from "./sample-pipeline.ts";

async function released(definitions = [pipeline("a"), pipeline("b")]) {
  const store = memoryObjectStore();
  const clock = { at: 0, nowMs: () => clock.at };
  await writeRelease(store, "prod", definitions);
  const logger = memoryLogger();
  return { store, clock, logger, release: openRelease(store, "prod", { clock, logger }) };
}

const request = (over: object = {}) =>
  ({
    id: "requested/r",
    type: "requested",
    runId: "r",
    atMs: 0,
    trigger: { pipeline: "a", environment: "prod", cause: { kind: "manual", by: "me", requestId: "1" }, ...over },
  }) as const;

test("a run is planned by the definition that is released", async () => {
  const { release } = await released();
  const graph = await planReleasedRun(release, request());
  expect(graph).toMatchObject({ pipeline: "a", environment: "prod", tasks: [{ name: "rows" }] });
});

test("whoever lives for a quarter of an hour has time to begin", async () => {
  const { release } = await released();
  const { dispatchMs } = await planReleasedRun(release, request());
  expect(dispatchMs).toBeGreaterThan((15 + 1) * 60_000);
});

test.each([
  ["a pipeline that is not released", { pipeline: "c" }, "PIPELINE_UNKNOWN"],
  ["another environment", { environment: "test" }, "REQUEST_INVALID"],
  ["no cause", { cause: null }, "REQUEST_INVALID"],
  ["a dataset that is not there", { datasets: ["nothing"] }, "RUN_REQUEST_REFUSED"],
])("a request with %s is refused for good", async (_, over, code) => {
  const { release } = await released();
  await expect(planReleasedRun(release, request(over))).rejects.toMatchObject({ code, retryable: false });
});

test("a deployment is seen a minute later, and not before", async () => {
  const { release, store, clock } = await released([pipeline("a")]);
  await release.find("a");
  await writeRelease(store, "prod", [pipeline("b")]);
  clock.at = 59_999;
  expect((await release.list()).map(({ name }) => name)).toEqual(["a"]);
  clock.at = 60_000;
  expect((await release.list()).map(({ name }) => name)).toEqual(["b"]);
});

test("a definition that this version cannot read is said to be so, and the others are found", async () => {
  const { release, store, logger } = await released();
  const text = new TextDecoder().decode(await store.get("definitions/released/prod.json"));
  const { a } = (JSON.parse(text) as { pipelines: { a: string } }).pipelines;
  await store.put(`definitions/${a}.json`, new TextEncoder().encode('{"apiVersion":2}'));
  await expect(release.find("a")).rejects.toMatchObject({ code: "RELEASE_INVALID", retryable: false });
  expect((await release.find("b")).name).toBe("b");
  for (const _ of [1, 2]) expect((await release.list()).map(({ name }) => name)).toEqual(["b"]);
  expect(logger.records).toMatchObject([{ level: "error", fields: { pipeline: "a" } }]);
  expect(await alertPolicyOf(release, "prod/b/rows")).toMatchObject({ levels: [{ channels: ["ops"] }] });
});

test("where nothing was released, that is said", async () => {
  const release = openRelease(memoryObjectStore(), "prod", { clock: { nowMs: () => 0 } });
  await expect(release.list()).rejects.toMatchObject({ code: "RELEASE_MISSING" });
});

test("an incident is told as its pipeline has it, and what is no pipeline's as the platform has it", async () => {
  const { release } = await released([
    pipeline("a", { alerts: { escalation: [{ channels: ["team"] }] } }),
    pipeline("b"),
  ]);
  const channelsOf = async (key: string) =>
    (await alertPolicyOf(release, key)).levels.flatMap(({ channels }) => channels);
  expect(await channelsOf("prod/a/rows")).toEqual(["team"]);
  expect(await channelsOf("prod/b/rows")).toEqual(["ops"]);
  expect(await channelsOf("prod/gone/rows")).toEqual(["ops"]);
  expect(await channelsOf("breaker/snowflake")).toEqual(["ops"]);
  expect(await channelsOf("prod/breaker/snowflake")).toEqual(["ops"]);
  const { release: silent } = await released([]);
  expect((await alertPolicyOf(silent, "breaker/snowflake")).levels[0]?.channels).toEqual([nobody]);
});
