import { RunGraph } from "@snowmelt/core/engine";
import { systemClock } from "@snowmelt/core/ports";
import { openDynamoStores } from "@snowmelt/pipeline/aws";
import { runToEnd } from "@snowmelt/pipeline/engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsWorld, openAwsWorld } from "./aws-world.ts";
import { contextOf } from "./invocation.ts";

let world: AwsWorld;
beforeAll(async () => {
  world = await openAwsWorld();
}, 120_000);
afterAll(() => world?.[Symbol.asyncDispose]());

const stage = {
  name: "publish",
  retry: { attempts: 1, baseDelayMs: 0, maxDelayMs: 0 },
  timeoutMs: 60_000,
  pollMs: 60_000,
  giveUpMs: 60_000,
  isStoppable: true,
};
const graph = RunGraph.parse({
  pipeline: "flights",
  environment: "prod",
  definitionHash: "one",
  maxActive: 1,
  dispatchMs: 10_000,
  pauseReminderMs: 60_000,
  tasks: [{ name: "airports", after: [], resource: "prod/flights/airports", work: {}, stages: [stage] }],
});

test("every day runs that ended long ago go, with what their stages left, and younger ones stay", async () => {
  const { handler } = await import("../src/forget/handler.ts");
  await using stores = openDynamoStores({ table: world.table });
  for (const [runId, daysAgo] of [["old", 91] as const, ["young", 89] as const]) {
    const clock = {
      ...systemClock,
      nowMs: () => Date.now() - daysAgo * 86_400_000,
    };
    const publish = { start: async () => ({ kind: "succeeded", result: {} }) as const };
    const run = await runToEnd({ stores, runId, graph, trigger: {}, runners: { publish }, clock });
    expect(run.status).toBe("succeeded");
    await world.state.put(`entries/${runId}/airports.json`, new TextEncoder().encode("{}"));
  }
  expect(await handler({}, contextOf("forget"))).toEqual({ forgotten: 0 });
  expect(await handler({}, contextOf("forget", 900_000))).toEqual({ forgotten: 1 });
  expect([await stores.runs.read("old"), (await stores.runs.read("young"))?.state.status]).toEqual([
    undefined,
    "succeeded",
  ]);
  const left: string[] = [];
  for await (const { key } of world.state.list("entries/")) left.push(key);
  expect(left).toEqual(["entries/young/airports.json"]);
});
