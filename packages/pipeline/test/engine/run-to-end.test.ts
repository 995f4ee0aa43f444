import type { RunEvent } from "@snowmelt/core/engine";
import { type Clock, seededRandom, systemClock } from "@snowmelt/core/ports";
import { openMemoryStores, runToEnd, type StageReply, type StageRunner, storeEvent } from "@snowmelt/pipeline/engine";
import { describe, expect, test } from "vitest";
import { graphOf } from "./graph.ts";

const done: StageRunner = { start: async () => ({ kind: "succeeded", result: {} }) };
const claim = (stores = openMemoryStores()): StageRunner => ({
  async start({ resource }, { runId }): Promise<StageReply> {
    const claimed = await stores.leases.claim(resource, { holder: runId, nowMs: Date.now(), leaseMs: 60_000 });
    return claimed.kind === "claimed"
      ? { kind: "succeeded", result: {}, fence: claimed.fence }
      : { kind: "failed", failure: { code: "DATASET_BUSY", message: "busy", retryable: true, isDeferral: true } };
  },
});
const about = { runId: "run1", trigger: { kind: "manual" } };

describe("a run in this process", () => {
  test("goes through its stages to its end, and tells of each event", async () => {
    const stores = openMemoryStores();
    const graph = graphOf(["claim", "land", "commit"], { tasks: ["flights", "airports"] });
    const events: RunEvent["type"][] = [];
    const state = await runToEnd({
      ...about,
      stores,
      graph,
      runners: { claim: claim(stores), land: done, commit: done },
      onEvent: ({ type }) => events.push(type),
    });
    expect(state.status).toBe("succeeded");
    expect(events[0]).toBe("requested");
    expect(events.filter((type) => type === "succeeded")).toHaveLength(6);
    expect((await stores.leases.find("dev/flights"))?.holder).toBeUndefined();
    expect(await stores.runs.pending(Number.MAX_SAFE_INTEGER, { limit: 9 })).toEqual([]);
  });

  test("tries again what failed, and fails with the code of its last failure", async () => {
    let tries = 0;
    const failing: StageRunner = {
      async start() {
        tries++;
        return { kind: "failed", failure: { code: "THROTTLED", message: "not now", retryable: true } };
      },
    };
    const state = await runToEnd({
      ...about,
      stores: openMemoryStores(),
      graph: graphOf(["land"]),
      runners: { land: failing },
    });
    expect([state.status, tries, state.tasks.flights?.failure?.code]).toEqual(["failed", 3, "THROTTLED"]);
  });

  test("refuses a stage for which no runner is wired, at once and by its name", async () => {
    const state = await runToEnd({ ...about, stores: openMemoryStores(), graph: graphOf(["transform"]), runners: {} });
    expect(state.tasks.flights?.failure).toMatchObject({
      code: "STAGE_UNAVAILABLE",
      message: "transform of flights cannot be carried out: no runner of transform is wired here.",
    });
  });

  test("is cancelled by its signal: what is at work is stopped and waited for", async () => {
    const abort = new AbortController();
    let wasStopped = false;
    const endless: StageRunner = {
      start: (_command, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            wasStopped = true;
            reject(signal.reason);
          });
          abort.abort();
        }),
    };
    const state = await runToEnd({
      ...about,
      stores: openMemoryStores(),
      graph: graphOf(["land"]),
      runners: { land: endless },
      signal: abort.signal,
    });
    expect([state.status, wasStopped]).toEqual(["cancelled", true]);
  });

  test("that is cancelled while its start is on its way ends at once, as nothing will be begun any more", async () => {
    const stores = openMemoryStores();
    let starts = 0;
    const counted: StageRunner = { start: async () => ({ kind: "succeeded", result: { starts: ++starts } }) };
    const slow: typeof stores.runs = {
      ...stores.runs,
      // Between the start's command and whoever carries it out, somebody cancels.
      async take(item, times) {
        if (item.command.type === "start") {
          const about = { id: "by hand", runId: "run1", atMs: Date.now(), by: "a person" };
          await storeEvent(stores.runs, { ...about, type: "cancelled" });
        }
        return stores.runs.take(item, times);
      },
    };
    const run = runToEnd({
      ...about,
      stores: { ...stores, runs: slow },
      graph: graphOf(["land"]),
      runners: { land: counted },
    });
    expect([(await run).status, starts]).toEqual(["cancelled", 0]);
  });

  test("is gone on with by the next process when the first was killed", async () => {
    const stores = openMemoryStores();
    const graph = graphOf(["claim", "land", "commit"], { timeoutMs: 600_000, pollMs: 1000 });
    const landed: string[] = [];
    const commits: string[] = [];
    const hanging: StageRunner = { start: () => new Promise(() => undefined) };
    // As a killed process does, it neither stops anything nor says a last word; its clock stands still.
    const asleep: Clock = { ...systemClock, sleep: () => new Promise<void>(() => undefined) };
    const started = new Promise<void>((resolve) => {
      void runToEnd({
        ...about,
        stores,
        graph,
        runners: { claim: claim(stores), land: hanging, commit: done },
        clock: asleep,
        random: seededRandom(1),
        onEvent: (event) => event.type === "started" && event.key.includes("/land/") && resolve(),
      });
    });
    await started;
    const clock: Clock = { ...systemClock, nowMs: () => Date.now() + 61_000 };
    const state = await runToEnd({
      ...about,
      stores,
      graph,
      clock,
      random: seededRandom(2),
      runners: {
        claim: claim(stores),
        land: {
          async start({ key }) {
            landed.push(key);
            return { kind: "succeeded", result: {} };
          },
        },
        commit: {
          async start({ key }) {
            commits.push(key);
            return { kind: "succeeded", result: {} };
          },
        },
      },
    });
    expect(state.status).toBe("succeeded");
    // The first gave no sign of life for a minute: lost, and tried again under a key of its own.
    expect(landed).toEqual(["run1/flights/land/0.0.2.0"]);
    expect(commits).toHaveLength(1);
  });

  test("that has ended is its own answer", async () => {
    const stores = openMemoryStores();
    const graph = graphOf(["land"]);
    const first = await runToEnd({ ...about, stores, graph, runners: { land: done } });
    expect(await runToEnd({ ...about, stores, graph, runners: {} })).toEqual(first);
  });
});
