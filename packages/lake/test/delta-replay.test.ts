import { memoryObjectStore } from "@snowmelt/core/ports";
import { readSnapshot } from "@snowmelt/lake/delta";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addOf, createTable, openTable, plainSnapshot } from "./delta-log.ts";

const logKey = (version: number): string => `raw/t/_delta_log/${String(version).padStart(20, "0")}.json`;
const body = (...actions: object[]): Uint8Array =>
  new TextEncoder().encode(actions.map((action) => JSON.stringify(action)).join("\n"));

const step = fc.record({
  verb: fc.constantFrom("add", "remove"),
  file: fc.constantFrom("a b", "ü/x", "50%", "p=1/f", "c"),
  txn: fc.option(
    fc.record({ appId: fc.constantFrom("one", "two", "__proto__"), version: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
  ),
});

async function writeSteps(
  store: ReturnType<typeof memoryObjectStore>,
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
  from = 1,
) {
  for (const [index, { verb, file, txn }] of steps.entries()) {
    const add = addOf(file, from + index);
    const action =
      verb === "add" ? { add } : { remove: { path: add.path, dataChange: true, deletionTimestamp: from + index } };
    const lines = [JSON.stringify(action), "", '{"future":{"x":1}}'];
    if (txn) lines.push(`{"txn":{"appId":${JSON.stringify(txn.appId)},"version":${txn.version},"more":[]}}`);
    await store.put(logKey(from + index), new TextEncoder().encode(lines.join("\n")));
  }
}

describe("replay", () => {
  it("ends where the steps end, from the start or from any snapshot on the way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(), async (steps, cut) => {
        const store = memoryObjectStore();
        await createTable(openTable(store));
        const half = cut % (steps.length + 1);
        await writeSteps(store, steps.slice(0, half));
        const base = await readSnapshot({ store, path: "raw/t" });
        await writeSteps(store, steps.slice(half), 1 + half);
        const files = new Map<string, number>();
        const txns = new Map<string, bigint>();
        for (const [index, { verb, file, txn }] of steps.entries()) {
          if (verb === "add") files.set(file, 1 + index);
          else files.delete(file);
          if (txn) txns.set(txn.appId, txn.version);
        }
        const whole = await readSnapshot({ store, path: "raw/t" });
        expect(new Map([...(whole?.files ?? [])].map(([key, add]) => [key, add.size]))).toEqual(files);
        expect(new Map([...(whole?.txns ?? [])].map(([appId, { version }]) => [appId, version]))).toEqual(txns);
        expect([...(whole?.tombstones.keys() ?? [])].some((key) => files.has(key))).toBe(false);
        const resumed = await readSnapshot({ store, path: "raw/t" }, { base });
        expect(plainSnapshot(resumed)).toEqual(plainSnapshot(whole));
        const earlier = await readSnapshot({ store, path: "raw/t" }, { base: whole, version: half });
        expect(plainSnapshot(earlier)).toEqual(plainSnapshot(base));
      }),
      { numRuns: 60 },
    );
  });

  it("reads only what is new after a snapshot", async () => {
    const store = memoryObjectStore();
    const table = openTable(store);
    await createTable(table);
    await writeSteps(
      store,
      Array.from({ length: 30 }, () => ({ verb: "add", file: "c", txn: null })),
    );
    const base = await readSnapshot({ store, path: "raw/t" });
    const reads: string[] = [];
    const counting = {
      ...store,
      get: async (key: string) => {
        reads.push(key);
        return store.get(key);
      },
    };
    expect(await readSnapshot({ store: counting, path: "raw/t" }, { base })).toBe(base);
    expect(reads).toEqual([]);
    await writeSteps(store, [{ verb: "add", file: "c", txn: null }], 31);
    expect((await readSnapshot({ store: counting, path: "raw/t" }, { base }))?.version).toBe(31);
    expect(reads).toEqual([logKey(31)]);
  });

  it("does not build upon a snapshot of a table that was made anew since", async () => {
    const store = memoryObjectStore();
    await createTable(openTable(store));
    await writeSteps(store, [{ verb: "add", file: "a b", txn: null }]);
    const base = await readSnapshot({ store, path: "raw/t" });
    await store.delete(logKey(1));
    expect((await readSnapshot({ store, path: "raw/t" }, { base }))?.version).toBe(0);
    await writeSteps(store, [{ verb: "remove", file: "ü/x", txn: null }]);
    expect([...((await readSnapshot({ store, path: "raw/t" }, { base }))?.files.keys() ?? [])]).toEqual([]);
  });
});

describe("a broken log", () => {
  const broken = async (version: number, entry: Uint8Array) => {
    const store = memoryObjectStore();
    await createTable(openTable(store));
    await store.put(logKey(version), entry);
    return readSnapshot({ store, path: "raw/t" });
  };

  it("is an error that names the missing version", async () => {
    await expect(broken(2, body({ add: addOf("c", 1) }))).rejects.toMatchObject({
      code: "DELTA_LOG_GAP",
      message: expect.stringContaining("has no version 1"),
    });
    const store = memoryObjectStore();
    await store.put(logKey(3), body({ add: addOf("c", 1) }));
    await expect(readSnapshot({ store, path: "raw/t" })).rejects.toMatchObject({ code: "DELTA_LOG_GAP" });
  });

  it.each([
    ["a cut line", new TextEncoder().encode('{"add":{"path":"x"'), /line 1 is not JSON; the entry may be cut off/],
    [
      "a wrong action",
      body({ commitInfo: {} }, { add: { path: "x" } }),
      /line 2 is not a Delta action:[\s\S]*add\.size/,
    ],
    ["bytes that are no text", new Uint8Array([0xff, 0xfe]), /is not UTF-8/],
    ["a path that is no URI", body({ add: { ...addOf("x", 1), path: "a%zz" } }), /not percent-encoded/],
    ["a size that is no integer", body({ add: { ...addOf("x", 1), size: 1.5 } }), /add\.size/],
  ])("is refused: %s", async (_name, entry, message) => {
    await expect(broken(1, entry)).rejects.toMatchObject({
      code: "DELTA_LOG_INVALID",
      message: expect.stringMatching(message),
    });
  });

  it("is none where no table is", async () => {
    const store = memoryObjectStore();
    await store.put("raw/t/data/run=x/part", new Uint8Array(1));
    await store.put("raw/t2/_delta_log/00000000000000000000.json", body({ add: addOf("c", 1) }));
    expect(await readSnapshot({ store, path: "raw/t" })).toBeUndefined();
  });
});

describe("features that are not implemented", () => {
  const metaData = {
    id: "x",
    format: { provider: "parquet" },
    schemaString: '{"type":"struct","fields":[]}',
    partitionColumns: [],
    configuration: {},
  };
  const read = async (...actions: object[]) => {
    const store = memoryObjectStore();
    await store.put(logKey(0), body(...actions));
    const table = openTable(store);
    return { table, snapshot: await table.snapshot() };
  };

  it.each([
    [
      { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ["deletionVectors"], writerFeatures: [] },
      /deletionVectors/,
    ],
    [
      { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ["catalogManaged"], writerFeatures: [] },
      /catalogManaged/,
    ],
    [{ minReaderVersion: 4, minWriterVersion: 8 }, /reader version 4/],
  ])("are not read over: %j", async (protocol, message) => {
    await expect(read({ protocol }, { metaData })).rejects.toMatchObject({
      code: "DELTA_UNSUPPORTED",
      message: expect.stringMatching(message),
    });
  });

  it("are not read over: column mapping and deletion vectors", async () => {
    const protocol = { minReaderVersion: 2, minWriterVersion: 5 };
    const mapped = { ...metaData, configuration: { "delta.columnMapping.mode": "name" } };
    await expect(read({ protocol }, { metaData: mapped })).rejects.toThrow(/column mapping by name/);
    const add = { ...addOf("c", 1), deletionVector: { storageType: "u" } };
    await expect(read({ protocol }, { metaData }, { add })).rejects.toThrow(/deletion vector/);
    expect((await read({ protocol }, { metaData })).snapshot?.version).toBe(0);
  });

  it.each([
    [{ minReaderVersion: 1, minWriterVersion: 4 }, {}, /writer version 4/],
    [{ minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ["rowTracking"] }, {}, /rowTracking/],
    [
      { minReaderVersion: 1, minWriterVersion: 2 },
      { configuration: { "delta.setTransactionRetentionDuration": "interval 1 day" } },
      /lanes would be forgotten/,
    ],
    [
      { minReaderVersion: 1, minWriterVersion: 2 },
      {
        schemaString:
          '{"type":"struct","fields":[{"name":"a","type":"long","nullable":true,"metadata":{"delta.invariants":"x"}}]}',
      },
      /column invariants/,
    ],
  ])("are read but not written to: %j", async (protocol, change, message) => {
    const { table, snapshot } = await read({ protocol }, { metaData: { ...metaData, ...change } });
    const tableId = snapshot?.metaData.id;
    const plan = {
      operation: "WRITE",
      operationParameters: {},
      readVersion: 0,
      tableId,
      isBlindAppend: true,
      actions: [],
    };
    expect(snapshot?.version).toBe(0);
    const commit = table.commit({ ...plan, conflictRule: { kind: "none" } });
    await expect(commit).rejects.toMatchObject({ code: "DELTA_UNSUPPORTED", message: expect.stringMatching(message) });
  });
});
