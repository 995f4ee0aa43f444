import { isSnowmeltError } from "@snowmelt/core/errors";
import { type Clock, manualClock, memoryObjectStore, type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import { describe, expect, it } from "vitest";
import { pauseCeilingMs } from "../delta/commit-pause.ts";
import { openPlainTable } from "./plain-table.ts";
import { planPlainAppend, planPlainTable } from "./plan-plain.ts";

const empty = planPlainTable({
  id: "id-1",
  name: "t",
  fields: [{ name: "ID", type: { kind: "int64" }, nullable: false }],
  partitionColumns: [],
  createdAtMs: 1,
  files: [],
});

const openTable = (
  store: ObjectStore,
  { seed = 1, clock = manualClock(1e12) }: { seed?: number; clock?: Clock } = {},
) => openPlainTable({ store, path: "raw/t", clock, random: seededRandom(seed) });

async function planNothing(store: ObjectStore) {
  const snapshot = await openTable(store).snapshot();
  if (!snapshot) throw new Error("there is no table");
  return planPlainAppend(snapshot, []);
}

describe("a commit to a plain Parquet table", () => {
  it("of unknown outcome says why it is unknown, what to do, and is there when it is asked again", async () => {
    const store = memoryObjectStore();
    await openTable(store).commit(empty);
    const plan = await planNothing(store);
    let isDown = false;
    const lossy: ObjectStore = {
      ...store,
      async putIfAbsent(key, body, options) {
        await store.putIfAbsent(key, body, options);
        isDown = true;
        throw new Error("The token has expired.");
      },
      async get(key, options) {
        if (isDown) throw new Error("unreachable");
        return store.get(key, options);
      },
    };
    const failure = await openTable(lossy, { seed: 2 })
      .commit(plan)
      .catch((error: unknown) => error);
    expect(isSnowmeltError(failure) && failure.code).toBe("PLAIN_COMMIT_LOST");
    expect(String(failure)).toMatch(/raw\/t was sent.*The token has expired\. Run again/s);
    expect((await openTable(store).snapshot())?.version).toBe(1);
  });

  it("waits as a Delta commit does after each version it loses, and reads no manifest in between twice", async () => {
    const store = memoryObjectStore();
    await openTable(store).commit(empty);
    const plan = await planNothing(store);
    const losses = 12;
    let lost = 0;
    const reads = new Map<string, number>();
    const contended: ObjectStore = {
      ...store,
      async putIfAbsent(key, body, options) {
        if (key.includes("_snowmelt") && lost++ < losses) await openTable(store, { seed: 100 + lost }).commit(plan);
        return store.putIfAbsent(key, body, options);
      },
      async get(key, options) {
        reads.set(key, (reads.get(key) ?? 0) + 1);
        return store.get(key, options);
      },
    };
    const pauses: number[] = [];
    const manual = manualClock(1e12);
    const clock: Clock = { ...manual, sleep: async (ms) => void pauses.push(ms) };
    const table = openPlainTable({
      store: contended,
      path: "raw/t",
      clock,
      random: { ...seededRandom(3), float: () => 0.999_999 },
    });
    expect(await table.commit(plan)).toEqual({ status: "committed", version: losses + 1 });
    const ceilings = Array.from({ length: losses }, (_, index) => pauseCeilingMs({ lost: index + 1, tookMs: 0 }));
    expect(pauses).toEqual(ceilings.map((ceiling) => Math.floor(ceiling * 0.999_999)));
    // As the newest state, to learn whose it is, and once against the plan.
    expect(Math.max(...reads.values())).toBeLessThanOrEqual(3);
  });
});
