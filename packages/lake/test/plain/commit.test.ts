import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import { planPlainAppend, planPlainOverwrite, planPlainReplace } from "@snowmelt/lake/plain";
import { openFileStore } from "@snowmelt/lake/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTable, fields, keysOf, landRun, liveIds, mustSnapshot, openTable, planTable } from "./plain-tables.ts";

const rows = [
  [1n, "AK", 5n],
  [2n, "VT", null],
  [3n, null, 86_399_999_999n],
];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-plain-"));
});
afterEach(() => rm(root, { recursive: true }));

describe.each(["memory", "file"])("a plain Parquet table on the %s store", (kind) => {
  const openStore = (): ObjectStore => (kind === "memory" ? memoryObjectStore() : openFileStore(root));

  it("is what its newest manifest says, by who opens it anew", async () => {
    const store = openStore();
    await createTable(openTable(store), rows, { info: { attemptId: "first", snapshotMicros: 2n ** 60n } });
    const table = openTable(store, 2);
    const { version, table: told, rowCount, info, files } = await mustSnapshot(table);
    expect({ version, rowCount, info }).toEqual({
      version: 0,
      rowCount: 3,
      info: { attemptId: "first", snapshotMicros: 2n ** 60n },
    });
    expect(told.columns).toEqual(fields);
    expect([...files.keys()].map((path) => path.replace(/part-.*/, "")).sort()).toEqual([
      "data/run=first/STATE=AK/",
      "data/run=first/STATE=VT/",
      "data/run=first/STATE=__HIVE_DEFAULT_PARTITION__/",
    ]);
    expect([...files.values()].every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256 ?? ""))).toBe(true);
    expect(await liveIds(table)).toEqual([1, 2, 3]);
  });

  it("takes rows in, has them replaced by partition and in whole, and shows its older versions", async () => {
    const table = openTable(openStore());
    await createTable(table, rows);
    await table.commit(planPlainAppend(await mustSnapshot(table), await landRun(table, "b", [[4n, "AK", null]])));
    const partitions = [{ STATE: "AK" }, { STATE: null }];
    const files = await landRun(table, "c", [[5n, "AK", null]]);
    await table.commit(planPlainReplace(await mustSnapshot(table), { partitions, files }));
    await table.commit(planPlainOverwrite(await mustSnapshot(table), await landRun(table, "d", [[6n, "X", 1n]])));
    const seen = [];
    for (const version of [0, 1, 2, 3]) seen.push(await liveIds(table, version));
    expect(seen).toEqual([[1, 2, 3], [1, 2, 3, 4], [2, 5], [6]]);
  });

  it("lets one of many runs of the same step commit; the others are told that it is done", async () => {
    const store = openStore();
    await createTable(openTable(store), rows);
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const table = openTable(store, 100 + index);
        const files = await landRun(table, `run-${index}`, [[BigInt(index), "AK", null]]);
        const plan = planPlainAppend(await mustSnapshot(table), files);
        return table.commit(plan, { lanes: [{ appId: "lane/live", n: 1, hi: 77n }] });
      }),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual(
      ["committed", ...Array(11).fill("alreadyCommitted")].sort(),
    );
    expect(await liveIds(openTable(store))).toHaveLength(4);
  });

  it("takes every commit of many lanes once, in versions without a gap", async () => {
    const store = openStore();
    await createTable(openTable(store), []);
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const table = openTable(store, 100 + index);
        const files = await landRun(table, `run-${index}`, [[BigInt(index), "AK", null]]);
        const lanes = [{ appId: `lane/${index}`, n: 1, hi: 1n }];
        return table.commit(planPlainAppend(await mustSnapshot(table), files), { lanes });
      }),
    );
    const versions = outcomes.map((outcome) => (outcome.status === "committed" ? outcome.version : -1));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(await liveIds(openTable(store))).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });

  it("is made by one of many", async () => {
    const store = openStore();
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, async (_, seed) => {
        const table = openTable(store, seed);
        return table.commit(planTable(await landRun(table, `run-${seed}`, rows)));
      }),
    );
    expect(outcomes.filter(({ status }) => status === "committed")).toHaveLength(1);
    expect(outcomes.flatMap((outcome) => (outcome.status === "conflict" ? outcome.reason : []))).toEqual(
      Array(5).fill("tableExists"),
    );
    expect(await liveIds(openTable(store))).toEqual([1, 2, 3]);
  });
});

describe("lanes of a plain Parquet table", () => {
  const step = (n: number, hi: bigint) => ({ lanes: [{ appId: "lane/live", n, hi, marks: { readBy: 9n } }] });

  it("commit n upon n - 1 alone, and tell a repeat from a gap and from another window", async () => {
    const table = openTable();
    await createTable(table, rows, step(1, 10n));
    const again = async (options: ReturnType<typeof step>) =>
      table.commit(planPlainOverwrite(await mustSnapshot(table), []), options);
    expect(await again(step(1, 10n))).toEqual({ status: "alreadyCommitted", version: 0 });
    expect(await again(step(1, 11n))).toMatchObject({ status: "conflict", reason: "lane" });
    expect(await again(step(3, 30n))).toMatchObject({ status: "conflict", reason: "lane" });
    expect(await liveIds(table)).toEqual([1, 2, 3]);
    expect(await again(step(2, 20n))).toEqual({ status: "committed", version: 1 });
    expect(await table.lane("lane/live")).toEqual({ n: 2, hi: 20n, committedIn: 1 });
  });

  it("are known by the newest manifest alone, whoever committed since", async () => {
    const table = openTable();
    await createTable(table, rows, step(1, 2n ** 62n));
    await table.commit(planPlainOverwrite(await mustSnapshot(table), []));
    await table.store.delete("raw/t/_snowmelt/00000000000000000000.json");
    expect(await openTable(table.store).lane("lane/live")).toEqual({ n: 1, hi: 2n ** 62n, committedIn: 0 });
  });
});

describe("a commit that others came before", () => {
  const raced = async (mine: "append" | "overwrite" | "replace", theirs: "append" | "replace" | "evolve") => {
    const table = openTable();
    await createTable(table, rows);
    const planned = await mustSnapshot(table);
    const files = await landRun(table, "mine", [[9n, "AK", null]]);
    const AK = [{ STATE: "AK" }];
    const plans = {
      append: () => planPlainAppend(planned, files),
      overwrite: () => planPlainOverwrite(planned, files),
      replace: () => planPlainReplace(planned, { partitions: AK, files }),
    };
    const state = theirs === "replace" ? "AK" : "VT";
    const other = await landRun(table, "theirs", [[8n, state, null]]);
    const wider = [...fields, { name: "NEW", type: { kind: "date" as const }, nullable: true }];
    const others = {
      append: () => planPlainAppend(planned, other),
      replace: () => planPlainReplace(planned, { partitions: AK, files: other }),
      evolve: () => planPlainAppend(planned, other, wider),
    };
    await table.commit(others[theirs]());
    const outcome = await table.commit(plans[mine]());
    return { outcome, ids: await liveIds(table) };
  };

  it("goes through where it only adds rows", async () => {
    const { outcome, ids } = await raced("append", "append");
    expect(outcome.status).toBe("committed");
    expect(ids).toEqual([1, 2, 3, 8, 9]);
  });

  it("goes through where they touched other partitions than it replaces", async () => {
    const { outcome, ids } = await raced("replace", "append");
    expect(outcome.status).toBe("committed");
    expect(ids).toEqual([2, 3, 8, 9]);
  });

  it.each([
    ["overwrite", "append", "filesChanged"],
    ["replace", "replace", "filesChanged"],
    ["append", "evolve", "metadataChanged"],
  ] as const)("is a conflict: %s after %s", async (mine, theirs, reason) => {
    const { outcome, ids } = await raced(mine, theirs);
    expect(outcome).toMatchObject({ status: "conflict", reason, version: 1 });
    expect(ids).not.toContain(9);
  });
});

describe("a writer whose world is odd", () => {
  it("refuses to name a file that is not there, or is of another size", async () => {
    const table = openTable();
    const files = await landRun(table, "first", rows);
    await table.store.delete(`raw/t/${files[0]?.path}`);
    await expect(table.commit(planTable(files))).rejects.toMatchObject({ code: "DELTA_FILE_MISSING" });
    expect(await table.snapshot()).toBeUndefined();
  });

  it("learns from the manifest that a commit arrived whose answer was lost", async () => {
    const store = memoryObjectStore();
    const lossy: ObjectStore = {
      ...store,
      async putIfAbsent(key, body, options) {
        await store.putIfAbsent(key, body, options);
        if (key.includes("_snowmelt")) throw new Error("the line is dead");
        return store.putIfAbsent(key, body, options);
      },
    };
    const files = await landRun(openTable(store), "first", rows);
    expect(await openTable(lossy).commit(planTable(files))).toEqual({ status: "committed", version: 0 });
  });

  it("that sleeps until its version is swept commits nothing in its place", async () => {
    const store = memoryObjectStore();
    await createTable(openTable(store), rows);
    const sleeper = openTable(
      sleepingStore(store, async () => {
        const table = openTable(store, 2);
        for (const id of [4n, 5n]) {
          const files = await landRun(table, `run-${id}`, [[id, "AK", null]]);
          await table.commit(planPlainAppend(await mustSnapshot(table), files));
        }
        await store.delete("raw/t/_snowmelt/00000000000000000000.json");
        await store.delete("raw/t/_snowmelt/00000000000000000001.json");
      }),
      3,
    );
    const files = await landRun(sleeper, "sleeper", [[6n, "AK", null]]);
    const plan = planPlainOverwrite(await mustSnapshot(sleeper), files);
    expect(await sleeper.commit(plan)).toMatchObject({ status: "conflict", reason: "filesChanged" });
    expect(await liveIds(openTable(store))).toEqual([1, 2, 3, 4, 5]);
    expect(await keysOf(store, "raw/t/_snowmelt/")).toEqual(["raw/t/_snowmelt/00000000000000000002.json"]);
  });

  it("is told of a manifest that a newer Snowmelt wrote, and of one that is cut off", async () => {
    const table = openTable();
    await createTable(table, rows);
    const key = "raw/t/_snowmelt/00000000000000000000.json";
    const text = new TextDecoder().decode(await table.store.get(key));
    const put = (body: string) => table.store.put(key, new TextEncoder().encode(body));
    await put(text.replace('"manifestVersion": 1', '"manifestVersion": 2'));
    await expect(table.snapshot()).rejects.toMatchObject({ code: "PLAIN_MANIFEST_UNSUPPORTED" });
    await put(text.slice(0, -9));
    await expect(table.snapshot()).rejects.toMatchObject({ code: "PLAIN_MANIFEST_INVALID" });
    await put(text.replace('"rowCount": 3', '"rowCount": 4'));
    await expect(table.snapshot()).rejects.toThrow("its files hold 3 rows and it says 4");
    await put(text.replace('"version": 0', '"version": 1'));
    await expect(table.snapshot()).rejects.toThrow("says that it is version 1");
    await put(text.replace('"engine": "snowmelt"', '"engine": "snowmelt", "later": true'));
    expect((await table.snapshot())?.rowCount).toBe(3);
  });
});

/** Before its first manifest is put, something else happens. */
function sleepingStore(store: ObjectStore, meanwhile: () => Promise<void>): ObjectStore {
  let slept = false;
  return {
    ...store,
    async putIfAbsent(key, body, options) {
      if (!slept && key.includes("_snowmelt")) {
        slept = true;
        await meanwhile();
      }
      return store.putIfAbsent(key, body, options);
    },
  };
}
