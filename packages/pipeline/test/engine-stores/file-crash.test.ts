import { hasEnded } from "@snowmelt/core/engine";
import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import { type EngineStores, openFileStores, type RunStore } from "@snowmelt/pipeline/engine";
import { describe, expect, test } from "vitest";
import { collect } from "../../src/engine/testing/contract-cases.ts";
import {
  changeOf,
  keysOf,
  requested,
  sampleGraph,
  succeeded,
  tell,
  wholeRun,
} from "../../src/engine/testing/sample-run.ts";
import { Crash, crashingObjects } from "./crashing-objects.ts";

const graph = sampleGraph(2);

/** A run from its request to its end, all commands carried out, then tried again, then forgotten: safe to begin again anywhere. */
async function life({ runs }: Pick<EngineStores, "runs">): Promise<void> {
  await tell(runs, requested("a"), graph);
  await carryOut(runs);
  const state = (await runs.read("a"))?.state;
  for (const key of state ? keysOf(state) : []) await tell(runs, succeeded("a", key, 3000));
  await carryOut(runs);
}

async function carryOut(runs: RunStore): Promise<void> {
  for (;;) {
    const [item] = await runs.pending(Number.MAX_SAFE_INTEGER, { limit: 1 });
    if (!item) return;
    const taken = await runs.take(item, { nowMs: item.notBeforeMs, untilMs: item.notBeforeMs + 100 });
    if (taken) await runs.settle(taken);
  }
}

/** Runs it on a store that dies at every possible place, once before and once after that change. */
async function atEveryPlace(
  prepare: (objects: ObjectStore) => Promise<void>,
  work: (stores: EngineStores) => Promise<unknown>,
  check: (stores: EngineStores, objects: ObjectStore) => Promise<void>,
): Promise<number> {
  let crashes = 0;
  for (const when of ["before", "after"] as const) {
    for (let at = 0; ; at++) {
      const objects = memoryObjectStore();
      await prepare(objects);
      const crashing = crashingObjects(objects, { at, when });
      try {
        await work(openFileStores(crashing));
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
      if (crashing.changes() <= at) break;
      crashes++;
      await check(openFileStores(objects), objects);
    }
  }
  return crashes;
}

const nothing = async (): Promise<void> => undefined;

describe("a process that is killed", () => {
  test("leaves, at whichever change, a run that the next one brings to its end", async () => {
    const crashes = await atEveryPlace(nothing, life, async (stores, objects) => {
      const { runs } = stores;
      const before = await runs.read("a");
      if (before && !hasEnded(before.state)) expect(await runs.due(1e12, 10)).toEqual(["a"]);
      await life(stores);
      const state = (await runs.read("a"))?.state;
      expect([state?.status, state?.version]).toEqual(["succeeded", 3]);
      expect((await collect(runs.audit("a"))).map(({ version }) => version)).toEqual([1, 2, 3]);
      expect((await collect(runs.list())).map(({ runId }) => runId)).toEqual(["a"]);
      expect(await runs.pending(1e12, { limit: 10 })).toEqual([]);
      expect(await keysBelow(objects, "open/")).toEqual([]);
    });
    expect(crashes).toBeGreaterThan(30);
  });

  test("loses no command of a change that was stored, and has none of one that was not", async () => {
    await atEveryPlace(
      nothing,
      ({ runs }) => tell(runs, requested("a"), graph),
      async ({ runs }) => {
        const isStored = (await runs.read("a")) !== undefined;
        expect(await runs.pending(0, { limit: 10 })).toHaveLength(isStored ? 2 : 0);
        expect((await tell(runs, requested("a"), graph)).kind).toBe(isStored ? "seen" : "done");
        expect(await runs.pending(0, { limit: 10 })).toHaveLength(2);
      },
    );
  });

  test("leaves nothing of a run that it was forgetting, or all of it", async () => {
    const crashes = await atEveryPlace(
      async (objects) => {
        await wholeRun(openFileStores(objects).runs, "a", { beginMs: 1000, endMs: 2000, graph });
      },
      ({ runs }) => runs.forget(1e12, { limit: 10 }),
      async ({ runs }, objects) => {
        const audit = await collect(runs.audit("a"));
        expect(audit).toHaveLength((await runs.read("a")) ? 3 : 0);
        expect(await collect(runs.list())).toHaveLength(audit.length > 0 ? 1 : 0);
        expect(await runs.pending(1e12, { limit: 10 })).toHaveLength(audit.length > 0 ? 5 : 0);
        await runs.forget(1e15, { limit: 10 });
        expect(await keysBelow(objects, "")).toEqual([]);
      },
    );
    expect(crashes).toBeGreaterThan(10);
  });

  test("does not keep a run of the same name from beginning", async () => {
    await atEveryPlace(
      async (objects) => {
        await wholeRun(openFileStores(objects).runs, "a", { beginMs: 1000, endMs: 2000, graph });
      },
      ({ runs }) => runs.forget(1e12, { limit: 10 }),
      async ({ runs }) => {
        if (await runs.read("a")) return;
        expect((await runs.commit(changeOf(graph, undefined, requested("a", 5000)))).kind).toBe("done");
        expect((await runs.read("a"))?.state.version).toBe(1);
        expect(await runs.pending(0, { limit: 10 })).toHaveLength(2);
        expect((await collect(runs.list())).map(({ requestedAtMs }) => requestedAtMs)).toEqual([5000]);
      },
    );
  });

  test("leaves a lease to whoever claims it next, with a fence that grows", async () => {
    const claim = (holder: string, nowMs: number) => ({ holder, nowMs, leaseMs: 100 });
    await atEveryPlace(
      nothing,
      async ({ leases }) => {
        for (const nowMs of [0, 1000, 2000, 3000, 4000, 5000, 6000]) await leases.claim("a", claim("one", nowMs));
      },
      async ({ leases }) => {
        const before = (await leases.find("a"))?.fence ?? 0;
        expect(await leases.claim("a", claim("two", 1e6))).toEqual({ kind: "claimed", fence: before + 1 });
      },
    );
  });
});

async function keysBelow(objects: ObjectStore, prefix: string): Promise<string[]> {
  return (await collect(objects.list(prefix))).map(({ key }) => key);
}
