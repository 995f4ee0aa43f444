import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import {
  type CommitPlan,
  type LaneStep,
  planAppend,
  planCreateTable,
  planEvolveSchema,
  planOverwrite,
  planReplacePartitions,
  withEvolvedSchema,
} from "@snowmelt/lake/delta";
import { describe, expect, it } from "vitest";
import { createTable, fields, liveKeys, mustSnapshot, openTable, putFile } from "./delta-log.ts";

const live = (n: number, hi: bigint): LaneStep => ({ appId: "snowmelt/dev/p/d/live", n, hi });

describe("lanes", () => {
  it("lets step n go ahead only upon n - 1, counts a repeat as done, and writes nothing for it", async () => {
    const table = openTable();
    await createTable(table);
    const plan = planAppend(await mustSnapshot(table), [await putFile(table, "data/run=a/1")]);
    expect(await table.commit(plan, { lanes: [live(1, 10n)] })).toEqual({ status: "committed", version: 1 });
    expect(await table.commit(plan, { lanes: [live(1, 10n)] })).toEqual({ status: "alreadyCommitted", version: 1 });
    expect((await table.snapshot())?.version).toBe(1);
    expect(await table.lane("snowmelt/dev/p/d/live")).toEqual({ n: 1, hi: 10n, committedIn: 1 });
  });

  it.each([
    ["another window under the same n", live(1, 11n)],
    ["a gap", live(3, 12n)],
    ["an n that is past", live(0, 9n)],
  ])("gives %s back as a value, never as a success", async (_case, step) => {
    const table = openTable();
    await createTable(table);
    const snapshot = await mustSnapshot(table);
    await table.commit(planAppend(snapshot, [await putFile(table, "data/run=a/1")]), { lanes: [live(1, 10n)] });
    const plan = planAppend(snapshot, [await putFile(table, "data/run=b/1")]);
    const outcome = await table.commit(plan, { lanes: [step] });
    expect(outcome).toMatchObject({ status: "conflict", reason: "lane", lane: { found: { n: 1, hi: 10n } } });
    expect(await liveKeys(table)).toEqual(["data/run=a/1"]);
  });

  it("keeps slices apart: a slice that failed is not done because a later one landed", async () => {
    const table = openTable();
    await createTable(table);
    const snapshot = await mustSnapshot(table);
    const slice = (name: string): LaneStep => ({ appId: `snowmelt/dev/p/d/backfill/b1/${name}`, n: 1, hi: 5n });
    await table.commit(planAppend(snapshot, [await putFile(table, "data/run=4/1")]), { lanes: [slice("4")] });
    const retried = await table.commit(planAppend(snapshot, [await putFile(table, "data/run=3/1")]), {
      lanes: [slice("3")],
    });
    expect(retried).toEqual({ status: "committed", version: 2 });
  });

  it("lets a full refresh advance the live lane, and a window in flight then meets a gap", async () => {
    const table = openTable();
    await createTable(table);
    const planned = await mustSnapshot(table);
    const refresh = planOverwrite(planned, [await putFile(table, "data/run=full/1")], 0);
    const lanes = [{ appId: "snowmelt/dev/p/d/backfill/full/1", n: 1, hi: 99n }, live(1, 90n)];
    expect(await table.commit(refresh, { lanes })).toMatchObject({ status: "committed" });
    const inFlight = planAppend(planned, [await putFile(table, "data/run=w/1")]);
    expect(await table.commit(inFlight, { lanes: [live(1, 120n)] })).toMatchObject({
      status: "conflict",
      reason: "lane",
    });
    await table.commit(planAppend(await mustSnapshot(table), []), { lanes: [live(2, 130n)] });
    expect(await table.commit(refresh, { lanes })).toEqual({ status: "alreadyCommitted", version: 1 });
  });

  it("takes a lane without its window for an error, never for the start", async () => {
    const table = openTable();
    await createTable(table);
    const body = new TextEncoder().encode('{"txn":{"appId":"snowmelt/dev/p/d/live","version":4}}\n');
    await table.store.put("raw/t/_delta_log/00000000000000000001.json", body);
    await expect(table.lane("snowmelt/dev/p/d/live")).rejects.toMatchObject({ code: "DELTA_LANE_BROKEN" });
  });

  it("holds windows of 64 bits to the last digit", async () => {
    const table = openTable();
    await createTable(table);
    for (const [index, hi] of [9223372036854775807n, -9223372036854775808n].entries()) {
      await table.commit(planAppend(await mustSnapshot(table), []), { lanes: [live(index + 1, hi)] });
      expect((await openTable(table.store).lane("snowmelt/dev/p/d/live")).hi).toBe(hi);
    }
    const tooWide = table.commit(planAppend(await mustSnapshot(table), []), { lanes: [live(3, 2n ** 63n)] });
    await expect(tooWide).rejects.toMatchObject({ code: "DELTA_COMMIT_INVALID" });
  });
});

describe("conflicts", () => {
  const race = async (winner: (table: ReturnType<typeof openTable>) => Promise<CommitPlan>, loser: typeof winner) => {
    const table = openTable();
    await createTable(table, [await putFile(table, "data/run=0/a", "a"), await putFile(table, "data/run=0/b", "b")]);
    const plan = await loser(table);
    expect(await table.commit(await winner(table))).toMatchObject({ status: "committed" });
    return table.commit(plan);
  };
  const append = (partition: string) => async (table: ReturnType<typeof openTable>) =>
    planAppend(await mustSnapshot(table), [await putFile(table, `data/run=${partition}/new`, partition)]);
  const replace = (partition: string) => async (table: ReturnType<typeof openTable>) =>
    planReplacePartitions(await mustSnapshot(table), {
      partitions: [{ P: partition }],
      files: [await putFile(table, `data/run=replace-${partition}/new`, partition)],
      nowMs: 1,
    });
  const overwrite = async (table: ReturnType<typeof openTable>) =>
    planOverwrite(await mustSnapshot(table), [await putFile(table, "data/run=over/new", "z")], 1);
  const evolve = async (table: ReturnType<typeof openTable>) =>
    planEvolveSchema(await mustSnapshot(table), [...fields, { name: "NEW", type: { kind: "string" }, nullable: true }]);

  it.each([
    ["append", append("a"), "append", append("a"), "committed"],
    ["append", append("a"), "replace of another partition", replace("b"), "committed"],
    ["append", append("a"), "replace of its partition", replace("a"), "filesChanged"],
    ["replace", replace("a"), "replace of the same partition", replace("a"), "filesChanged"],
    ["replace", replace("a"), "replace of another partition", replace("b"), "committed"],
    ["append", append("a"), "overwrite", overwrite, "filesChanged"],
    ["overwrite", overwrite, "append", append("a"), "committed"],
    ["overwrite", overwrite, "replace", replace("a"), "filesChanged"],
    ["schema change", evolve, "append", append("a"), "metadataChanged"],
    ["schema change", evolve, "overwrite", overwrite, "metadataChanged"],
    ["schema change", evolve, "replace", replace("a"), "metadataChanged"],
    ["schema change", evolve, "schema change", evolve, "metadataChanged"],
    ["append", append("a"), "schema change", evolve, "committed"],
    ["replace", replace("a"), "append to its partition", append("a"), "committed"],
    ["replace", replace("a"), "overwrite", overwrite, "filesChanged"],
    ["overwrite", overwrite, "overwrite", overwrite, "filesChanged"],
  ])("%s wins against %s (%#)", async (_w, winner, _l, loser, expected) => {
    const outcome = await race(winner, loser);
    expect(outcome.status === "conflict" ? outcome.reason : outcome.status).toBe(expected);
  });

  it.each([
    ["append", append("a")],
    ["replace", replace("a")],
    ["overwrite", overwrite],
  ])("an %s whose lane another took meanwhile looks at the lane again, before anything else", async (_name, plan) => {
    const table = openTable();
    await createTable(table, [await putFile(table, "data/run=0/a", "a")]);
    const [ours, rival] = [await plan(table), await plan(table)];
    await table.commit(rival, { lanes: [live(1, 10n)] });
    expect(await table.commit(ours, { lanes: [live(1, 10n)] })).toEqual({ status: "alreadyCommitted", version: 1 });
    const other = await table.commit(ours, { lanes: [live(1, 11n)] });
    expect(other).toMatchObject({ status: "conflict", reason: "lane" });
    expect((await table.snapshot())?.version).toBe(1);
  });

  it("tells a table that somebody else made", async () => {
    const [ours, theirs] = [openTable(), openTable()];
    const store = memoryObjectStore();
    const [a, b] = [openTable(store, 1), openTable(store, 2)];
    await createTable(a);
    await expect(createTable(b)).rejects.toThrow(/conflict/);
    expect(await ours.snapshot()).toBeUndefined();
    expect(await theirs.lane("any")).toEqual({ n: 0, hi: undefined, committedIn: undefined });
  });
});

describe("what goes into a commit", () => {
  it("refuses a file that is gone or of another size, naming it", async () => {
    const table = openTable();
    await createTable(table);
    const add = await putFile(table, "data/run=a/x y.parquet");
    await table.store.delete("raw/t/data/run=a/x y.parquet");
    const plan = planAppend(await mustSnapshot(table), [add]);
    await expect(table.commit(plan)).rejects.toMatchObject({
      code: "DELTA_FILE_MISSING",
      message: expect.stringContaining("raw/t/data/run=a/x y.parquet"),
    });
    await table.store.put("raw/t/data/run=a/x y.parquet", new Uint8Array(3));
    await expect(table.commit(plan)).rejects.toThrow(/has 3 bytes/);
    expect((await table.snapshot())?.version).toBe(0);
  });

  it("refuses two actions for one file, however its path is encoded", async () => {
    const table = openTable();
    await createTable(table);
    const add = await putFile(table, "data/run=a/x");
    const snapshot = await mustSnapshot(table);
    const twice = planAppend(snapshot, [add, { ...add, path: "data/run%3Da/%78" }]);
    await expect(table.commit(twice)).rejects.toMatchObject({ code: "DELTA_COMMIT_INVALID" });
  });

  it("adds columns and rows in one commit, and upgrades the protocol for a type that needs it", async () => {
    const table = openTable();
    await createTable(table);
    const snapshot = await mustSnapshot(table);
    const column = { name: "AT", type: { kind: "timestamp", unit: "us", utc: false }, nullable: true } as const;
    const append = planAppend(snapshot, [await putFile(table, "data/run=a/x")]);
    expect(await table.commit(withEvolvedSchema(append, snapshot, [...fields, column]))).toMatchObject({
      status: "committed",
    });
    const after = await mustSnapshot(table);
    expect(after.protocol).toMatchObject({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["timestampNtz"],
    });
    expect(JSON.parse(after.metaData.schemaString).fields.map((field: { name: string }) => field.name)).toEqual([
      ...fields.map(({ name }) => name),
      "AT",
    ]);
    expect(after.metaData.id).toBe(snapshot.metaData.id);
    const later = [...fields, column, { ...column, name: "at" }];
    expect(() => planEvolveSchema(after, later)).toThrow(/Columns AT and at are one name/);
    expect(() => planEvolveSchema(after, [...fields, { ...column, type: { kind: "date" } }])).toThrow(
      /Column AT cannot change/,
    );
    expect(() => planEvolveSchema(after, fields)).toThrow(/Column AT cannot change/);
  });

  it("keeps an append-only table append-only", async () => {
    const table = openTable();
    await createTable(table, [await putFile(table, "data/run=0/a")]);
    const snapshot = await mustSnapshot(table);
    const metaData = { ...snapshot.metaData, configuration: { "delta.appendOnly": "true" } };
    await table.commit({ ...planEvolveSchema(snapshot, fields), actions: [{ metaData }] });
    const now = await mustSnapshot(table);
    await expect(table.commit(planOverwrite(now, [], 1))).rejects.toThrow(/append-only/);
    expect(await table.commit(planAppend(now, []))).toMatchObject({ status: "committed" });
  });
});

describe("a lost answer", () => {
  const failing = (store: ObjectStore, when: "before" | "after"): ObjectStore => {
    let failed = false;
    return {
      ...store,
      async putIfAbsent(key, body, options) {
        if (failed || !key.includes("_delta_log")) return store.putIfAbsent(key, body, options);
        failed = true;
        if (when === "after") await store.putIfAbsent(key, body, options);
        throw new Error("connection reset");
      },
    };
  };

  it("is found to be our own commit when the entry is there", async () => {
    const store = memoryObjectStore();
    await createTable(openTable(store));
    const table = openTable(failing(store, "after"), 2);
    const outcome = await table.commit(planAppend(await mustSnapshot(table), [await putFile(table, "data/run=a/1")]));
    expect(outcome).toEqual({ status: "committed", version: 1 });
    expect((await table.snapshot())?.version).toBe(1);
  });

  it("is thrown when nothing was written", async () => {
    const store = memoryObjectStore();
    await createTable(openTable(store));
    const table = openTable(failing(store, "before"), 2);
    const plan = planAppend(await mustSnapshot(table), []);
    await expect(table.commit(plan)).rejects.toThrow("connection reset");
    expect((await table.snapshot())?.version).toBe(0);
  });

  it("asks the lane when the outcome cannot be learned", async () => {
    const store = memoryObjectStore();
    await createTable(openTable(store));
    let isDown = false;
    const table = openTable(
      {
        ...store,
        async putIfAbsent(key, body, options) {
          await store.putIfAbsent(key, body, options);
          isDown = true;
          throw new Error("connection reset");
        },
        async get(key, options) {
          if (isDown) throw new Error("unreachable");
          return store.get(key, options);
        },
      },
      2,
    );
    const plan = planAppend(await mustSnapshot(table), []);
    await expect(table.commit(plan, { lanes: [live(1, 7n)] })).rejects.toMatchObject({ code: "DELTA_COMMIT_LOST" });
    expect(await openTable(store).commit(plan, { lanes: [live(1, 7n)] })).toEqual({
      status: "alreadyCommitted",
      version: 1,
    });
  });
});

describe("a table that was made anew under a plan", () => {
  it("at the plan's version or beyond it is another table, and nothing is written", async () => {
    const store = memoryObjectStore();
    const anew = async (id: string, versions: number): Promise<void> => {
      for await (const { key } of store.list("raw/t/_delta_log/")) await store.delete(key);
      const table = openTable(store);
      await table.commit(planCreateTable({ id, fields, partitionColumns: ["P"], createdAtMs: 1 }));
      for (let n = 0; n < versions; n++) await table.commit(planAppend(await mustSnapshot(table), []));
    };
    await anew("first", 1);
    const planned = await mustSnapshot(openTable(store));
    for (const versions of [1, 3]) {
      await anew("second", versions);
      const plan = planAppend(planned, [await putFile(openTable(store), "data/run=a/1")]);
      const outcome = await openTable(store).commit(plan);
      expect(outcome).toMatchObject({ status: "conflict", reason: "tableMissing", version: versions });
      expect(outcome).toMatchObject({ message: expect.stringContaining("is another by now: second") });
      expect(await liveKeys(openTable(store))).toEqual([]);
    }
  });

  it("by the same id, from a copy that was older, lacks what the plan was made upon", async () => {
    const table = openTable();
    await createTable(table);
    await table.commit(planAppend(await mustSnapshot(table), [await putFile(table, "data/run=a/1")]));
    const planned = await mustSnapshot(table);
    await table.store.delete("raw/t/_delta_log/00000000000000000001.json");
    const outcome = await openTable(table.store).commit(planAppend(planned, []));
    expect(outcome).toMatchObject({ status: "conflict", reason: "tableMissing", version: 0 });
  });
});
