import { memoryObjectStore } from "@snowmelt/core/ports";
import { openMemoryStores, runToEnd, type StageRunner } from "@snowmelt/pipeline/engine";
import { forgetRuns } from "@snowmelt/pipeline/stage-runners";
import { expect, test } from "vitest";
import { Attempt, initialState } from "../../src/state/dataset-state.ts";
import { openStateStore } from "../../src/state/state-store.ts";
import { graphOf } from "../engine/graph.ts";

const lane = "snowmelt/dev/flights/flights/live";
const graph = graphOf(["extract", "publish"]);
const work = { kind: "dataset", dataset: "flights", purpose: { kind: "live" } };
const tasks = graph.tasks.map((task) => ({ ...task, work }));
const keysOf = async (store: ReturnType<typeof memoryObjectStore>): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys.sort();
};

/** Two runs that have ended, each with what its stages leave. */
async function played() {
  const stores = openMemoryStores();
  const state = memoryObjectStore();
  for (const runId of ["one", "two"]) {
    const extract: StageRunner = { start: async () => ({ kind: "succeeded", result: { attemptId: `of-${runId}` } }) };
    const publish: StageRunner = { start: async () => ({ kind: "succeeded", result: {} }) };
    await runToEnd({ stores, runId, graph: { ...graph, tasks }, trigger: {}, runners: { extract, publish } });
    for (const key of [
      `stages/${runId}/flights/extract/0.0.1.0/plan.json`,
      `receipts/${runId}/flights/extract/0.0.1.0.json`,
      `entries/${runId}/flights.json`,
      `runs/${runId}/moment.json`,
      `attempts/of-${runId}/landed.json`,
    ]) {
      await state.put(key, new Uint8Array());
    }
  }
  await state.put("definitions/a.json", new Uint8Array());
  return { stores, state, runs: stores.runs };
}

test("runs go with all that their stages left, and nothing else does", async () => {
  const ports = await played();
  expect(await forgetRuns(ports, 0)).toBe(0);
  expect(await keysOf(ports.state)).toHaveLength(11);
  expect(await forgetRuns(ports, Date.now() + 1000)).toBe(2);
  expect(await keysOf(ports.state)).toEqual(["definitions/a.json"]);
  expect(await ports.runs.read("one")).toBeUndefined();
});

test("what an attempt left stays while its window is still to be landed", async () => {
  const ports = await played();
  const pending = Attempt.parse({
    attemptId: "of-two",
    runId: "two",
    laneVersion: 1,
    purpose: "live",
    window: null,
    snapshotMicros: "0",
    fingerprint: null,
    definitionHash: "h",
    readBy: "UPDATED_AT",
    sql: "",
    requestId: "r",
    queryTag: "t",
    queryId: null,
    startedAtMs: 0,
  });
  await openStateStore(ports.state).write({ ...initialState(lane), pending });
  await forgetRuns(ports, Date.now() + 1000);
  expect(await keysOf(ports.state)).toEqual([
    "attempts/of-two/landed.json",
    `datasets/${lane}.json`,
    "definitions/a.json",
  ]);
});

test("one whose objects cannot be deleted is there for the next who looks", async () => {
  const ports = await played();
  const failing = { ...ports.state, delete: () => Promise.reject(new Error("not now")) };
  await expect(forgetRuns({ ...ports, state: failing }, Date.now() + 1000)).rejects.toThrow("not now");
  expect(await ports.runs.read("one")).toBeDefined();
  expect(await forgetRuns(ports, Date.now() + 1000)).toBe(2);
  expect(await keysOf(ports.state)).toEqual(["definitions/a.json"]);
});
