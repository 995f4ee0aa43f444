import { manualClock, memoryObjectStore, type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import {
  type AddFile,
  type DeltaTable,
  markOf,
  openDeltaTable,
  planAppend,
  planCreateTable,
  readLaneMark,
  readSnapshot,
} from "@snowmelt/lake/delta";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeCheckpoint } from "../src/delta/checkpoint-file.ts";
import type { CheckpointFiles } from "../src/delta/checkpoint-files.ts";
import { checkpointColumns } from "../src/delta/checkpoint-schema.ts";
import { writeLastCheckpoint } from "../src/delta/last-checkpoint.ts";
import { LayeredMap } from "../src/delta/layered-map.ts";
import { openRecordEncoder, structNode, textMapNode, valueNode } from "../src/parquet/index.ts";
import { addOf, createTable, fields, mustSnapshot, openTable, plainSnapshot, putFile } from "./delta-log.ts";

const day = 86_400_000;
const beganAtMs = 1_763_880_000_000;
const digits = (version: number): string => String(version).padStart(20, "0");
const logKey = (name: string): string => `raw/t/_delta_log/${name}`;
const entryKey = (version: number): string => logKey(`${digits(version)}.json`);
const checkpointKey = (version: number): string => logKey(`${digits(version)}.checkpoint.parquet`);
const hintKey = logKey("_last_checkpoint");
const counts = { size: 1, sizeInBytes: 1, numOfAddFiles: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const put = (store: ObjectStore, version: number, ...actions: object[]) =>
  store.put(entryKey(version), bytes(actions.map((action) => JSON.stringify(action)).join("\n")));
const read = (store: ObjectStore, version?: number) => readSnapshot({ store, path: "raw/t" }, { version });

async function logOf(store: ObjectStore): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of store.list(logKey(""))) names.push(key.slice(logKey("").length));
  return names;
}

async function deleteEntries(store: ObjectStore, first: number, last: number): Promise<void> {
  for (let version = first; version <= last; version++) await store.delete(entryKey(version));
}

/** Versions 0 to 5 of one file each, and a checkpoint of version 3. */
async function tableOfFive() {
  const store = memoryObjectStore();
  await createTable(openTable(store));
  for (let version = 1; version <= 3; version++) await put(store, version, { add: addOf(`f${version}`, version) });
  await openTable(store).checkpoint();
  for (let version = 4; version <= 5; version++) await put(store, version, { add: addOf(`f${version}`, version) });
  const whole = plainSnapshot(await read(store));
  return { store, whole };
}

const anyText = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.toWellFormed());
const anyAdd = fc.record({
  key: fc.constantFrom("a b", "ü/x", "50%", "p=1/f", "c", "日本/1"),
  partition: fc.option(anyText),
  size: fc.nat({ max: 2 ** 40 }),
  stats: fc.option(anyText),
  tags: fc.option(fc.dictionary(fc.oneof(anyText, fc.constant("__proto__")), fc.option(anyText), { maxKeys: 3 })),
});
const anyStep = fc.oneof(
  fc.record({ add: anyAdd }),
  fc.record({ remove: fc.constantFrom("a b", "ü/x", "50%", "c") }),
  fc.record({
    appId: fc.constantFrom("one", "two", "é", "__proto__"),
    version: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    lastUpdated: fc.option(fc.nat()),
  }),
);

function toLine(step: typeof anyStep extends fc.Arbitrary<infer S> ? S : never): string {
  if ("remove" in step) {
    return JSON.stringify({
      remove: { path: addOf(step.remove, 1).path, dataChange: true, deletionTimestamp: beganAtMs - 1 },
    });
  }
  if ("add" in step) {
    const { key, partition, size, stats, tags } = step.add;
    return JSON.stringify({ add: { ...addOf(key, size, partition), stats, tags } });
  }
  const updated = step.lastUpdated === null ? "" : `,"lastUpdated":${step.lastUpdated}`;
  return `{"txn":{"appId":${JSON.stringify(step.appId)},"version":${step.version}${updated}}}`;
}

describe("a checkpoint", () => {
  it("tells what all entries before it tell, whatever they hold", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 30 }), async (steps) => {
        const store = memoryObjectStore();
        await createTable(openTable(store));
        for (const [index, step] of steps.entries()) await store.put(entryKey(index + 1), bytes(toLine(step)));
        const before = await read(store);
        expect(await openTable(store).checkpoint()).toEqual({ status: "written", version: steps.length });
        await deleteEntries(store, 0, steps.length - 1);
        const after = await read(store);
        const unknown = new Map([...(before?.txns ?? [])].map(([id, txn]) => [id, { ...txn, committedIn: undefined }]));
        expect(plainSnapshot(after)).toEqual(plainSnapshot(before && { ...before, txns: unknown }));
        for (const [key, add] of before?.files ?? []) {
          expect(after?.files.has(key)).toBe(true);
          expect(after?.files.get(key)).toMatchObject({ path: add.path, size: add.size });
        }
        expect(after?.files.size).toBe(before?.files.size);
      }),
      { numRuns: 40 },
    );
  });

  it("made upon an earlier one tells what all entries tell, whatever they changed in between", async () => {
    const rounds = fc.array(fc.array(anyStep, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(rounds, async (each) => {
        const store = memoryObjectStore();
        const whole = memoryObjectStore();
        for (const every of [store, whole]) await createTable(openTable(every));
        let version = 0;
        for (const steps of each) {
          for (const step of steps) {
            version++;
            for (const every of [store, whole]) await every.put(entryKey(version), bytes(toLine(step)));
          }
          expect(await openTable(store).checkpoint()).toEqual({ status: "written", version });
          await deleteEntries(store, 0, version - 1);
        }
        const told = plainSnapshot(await read(whole));
        const again = plainSnapshot(await read(store));
        expect(again?.files).toEqual(told?.files.map(([key, add]) => [key, add]));
        expect(again?.tombstones).toEqual(told?.tombstones);
      }),
      { numRuns: 40 },
    );
  });

  it("made upon an earlier one makes no object of a file that was not changed", async () => {
    const { store } = await tableOfFive();
    const snapshot = await read(store);
    if (!(snapshot?.files instanceof LayeredMap)) throw new Error("the files are not upon a checkpoint");
    const { groups } = snapshot.files.base as CheckpointFiles;
    expect(groups.map(({ count }) => count)).toEqual([3]);
    const asObjects = (): never => {
      throw new Error("a file was made an object");
    };
    for (const group of groups) Object.assign(group, { add: asObjects });
    const place = memoryObjectStore();
    await place.put(checkpointKey(5), Buffer.concat([...encodeCheckpoint(snapshot, beganAtMs)]));
    expect([...((await read(place))?.files.keys() ?? [])].sort()).toEqual(["f1", "f2", "f3", "f4", "f5"]);
  });

  it("of another writer's columns, in another order and nullable or not, is copied or looked at row by row", async () => {
    const { store, whole } = await tableOfFive();
    const text = { kind: "string" } as const;
    const [add] = checkpointColumns.filter(({ name }) => name === "add");
    const others = checkpointColumns.filter(({ name }) => name !== "add");
    const files = whole?.files.slice(0, 3).map(([, file]) => file) ?? [];
    const shapes = [
      // All nullable, in another order, tags left out.
      [
        valueNode("stats", text),
        valueNode("dataChange", { kind: "boolean" }),
        valueNode("modificationTime", { kind: "int64" }),
        valueNode("size", { kind: "int64" }),
        textMapNode("partitionValues"),
        valueNode("path", text),
      ],
      // Without dataChange, which a checkpoint of ours must have.
      add?.kind === "struct" ? add.children.filter(({ name }) => name !== "dataChange") : [],
    ];
    for (const [version, children] of shapes.entries()) {
      for (const dictionary of [undefined, false] as const) {
        const place = memoryObjectStore();
        const encoder = openRecordEncoder(
          [...others, structNode("add", children)],
          dictionary === undefined ? { rowGroupRows: 2 } : { dictionary },
        );
        const rows: [string, unknown][] = [
          ["protocol", whole?.protocol],
          ["metaData", { ...whole?.metaData, createdTime: null }],
          ...files.map((file): [string, unknown] => ["add", file]),
        ];
        const parts = rows.flatMap(([name, row]) => encoder.append(name, row));
        await place.put(checkpointKey(version), Buffer.concat([...parts, ...encoder.finish()]));
        const before = await read(place);
        await put(place, version + 1, { remove: { path: files[1]?.path, dataChange: true, deletionTimestamp: 0 } });
        expect(await openTable(place).checkpoint()).toEqual({ status: "written", version: version + 1 });
        for (const name of [checkpointKey(version), entryKey(version + 1)]) await place.delete(name);
        const kept = [...(before?.files ?? [])].filter(([key]) => key !== files[1]?.path);
        expect([...((await read(place))?.files ?? [])]).toEqual(kept.map(([key, file]) => [key, { ...file }]));
      }
    }
    expect(await store.head(checkpointKey(3))).toBeDefined();
  });

  it("is built upon by the entries after it, and a snapshot from it stays as it was", async () => {
    const { store, whole } = await tableOfFive();
    const early = await read(store, 3);
    await deleteEntries(store, 0, 2);
    expect(plainSnapshot(await read(store))).toEqual(whole);
    await put(store, 6, { remove: { path: "f1", dataChange: true, deletionTimestamp: 7 } }, { add: addOf("f2", 99) });
    const later = await readSnapshot({ store, path: "raw/t" }, { base: early });
    expect([...(later?.files.keys() ?? [])].sort()).toEqual(["f2", "f3", "f4", "f5"]);
    expect(later?.files.get("f2")?.size).toBe(99);
    expect(later?.files.size).toBe(4);
    expect([...(later?.tombstones ?? [])]).toEqual([["f1", 7]]);
    expect([...(early?.files.keys() ?? [])]).toEqual(["f1", "f2", "f3"]);
    expect(early?.files.get("f2")?.size).toBe(2);
  });

  it("is followed by entries without a gap, or the table is refused", async () => {
    const { store } = await tableOfFive();
    await deleteEntries(store, 0, 2);
    await store.delete(entryKey(4));
    await expect(read(store)).rejects.toMatchObject({
      code: "DELTA_LOG_GAP",
      message: expect.stringContaining("has no version 4"),
    });
    expect((await read(store, 3))?.version).toBe(3);
  });

  it("alone makes a table, even without the entry of its version", async () => {
    const { store } = await tableOfFive();
    await deleteEntries(store, 0, 5);
    const snapshot = await read(store);
    expect(snapshot?.version).toBe(3);
    expect(await readSnapshot({ store, path: "raw/t" }, { base: snapshot })).toBe(snapshot);
  });

  it("cannot give a version before it, which is said", async () => {
    const { store } = await tableOfFive();
    await deleteEntries(store, 0, 2);
    await expect(read(store, 2)).rejects.toMatchObject({
      code: "DELTA_LOG_TRUNCATED",
      message: expect.stringMatching(/Version 2 of .* Expected a version from 3 to 5/),
    });
  });

  it("that is damaged costs time, not the table", async () => {
    const { store, whole } = await tableOfFive();
    const sound = (await store.get(checkpointKey(3))) ?? new Uint8Array();
    for (const damage of [
      new Uint8Array(0),
      sound.subarray(0, sound.length - 1),
      sound.map((byte, at) => (at > 100 && at < 200 ? byte ^ 0x55 : byte)),
    ]) {
      await store.put(checkpointKey(3), damage);
      expect(plainSnapshot(await read(store))).toEqual(whole);
    }
    await deleteEntries(store, 0, 2);
    await expect(read(store)).rejects.toMatchObject({ code: "PARQUET_CORRUPT" });
  });

  it("that is damaged is stepped over to an older one", async () => {
    const { store } = await tableOfFive();
    await openTable(store).checkpoint();
    const whole = plainSnapshot(await read(store));
    await deleteEntries(store, 0, 2);
    await store.put(checkpointKey(5), new Uint8Array(50));
    expect(plainSnapshot(await read(store))).toEqual(whole);
  });
});

describe("_last_checkpoint is a hint", () => {
  it.each([
    ["absent", undefined],
    ["damaged", "{"],
    ["of another shape", '{"version":"3"}'],
    ["stale", '{"version":1,"size":3}'],
    ["ahead of the log", '{"version":999,"size":3}'],
    ["of a version without a checkpoint", '{"version":4,"size":3}'],
    ["right", '{"version":3,"size":6}'],
  ])("%s, and the table is the same", async (_name, hint) => {
    const { store, whole } = await tableOfFive();
    await deleteEntries(store, 0, 2);
    if (hint === undefined) await store.delete(hintKey);
    else await store.put(hintKey, bytes(hint));
    expect(plainSnapshot(await read(store))).toEqual(whole);
    expect((await read(store, 4))?.version).toBe(4);
  });

  it("saves the listing of what came before, and every entry before the checkpoint", async () => {
    const { store } = await tableOfFive();
    const asked: string[] = [];
    const watched: ObjectStore = {
      ...store,
      get: (key, options) => {
        asked.push(key);
        return store.get(key, options);
      },
      list: (prefix, options) => {
        asked.push(`list after ${options?.startAfter}`);
        return store.list(prefix, options);
      },
    };
    await read(watched);
    const after = [...new Set(asked)].filter((key) => !key.endsWith(".parquet"));
    expect(after).toEqual([hintKey, `list after ${entryKey(2)}`, entryKey(4), entryKey(5)]);
  });

  it("never goes backwards", async () => {
    const { store } = await tableOfFive();
    const table = openTable(store);
    await store.put(hintKey, bytes('{"version":7,"size":1}'));
    await table.checkpoint();
    expect(new TextDecoder().decode(await store.get(hintKey))).toBe('{"version":7,"size":1}');
  });

  it.each([undefined, '{"version":1}'])(
    "never goes backwards when another writer passes in the same moment, and %j was there before",
    async (before) => {
      const { store } = await tableOfFive();
      await store.delete(hintKey);
      if (before !== undefined) await store.put(hintKey, bytes(before));
      const newer = '{"version":7,"size":1}';
      const passed: ObjectStore = {
        ...store,
        async get(key, options) {
          const held = await store.get(key, options);
          if (key === hintKey) await store.put(hintKey, bytes(newer));
          return held;
        },
      };
      await writeLastCheckpoint({ store: passed, path: "raw/t" }, { version: 5, ...counts });
      expect(new TextDecoder().decode(await store.get(hintKey))).toBe(newer);
    },
  );

  it("is written where a store can only replace whatever is there", async () => {
    const { putIfMatch: _, ...plain } = memoryObjectStore();
    await writeLastCheckpoint({ store: plain, path: "raw/t" }, { version: 5, ...counts });
    await writeLastCheckpoint({ store: plain, path: "raw/t" }, { version: 4, ...counts });
    expect(JSON.parse(new TextDecoder().decode(await plain.get(hintKey)))).toEqual({ version: 5, ...counts });
  });
});

describe("other names in the log", () => {
  const columnsV2 = [
    ...checkpointColumns,
    structNode("sidecar", [valueNode("path", { kind: "string" }, false), textMapNode("tags")]),
  ];

  it("of checksums, compactions, temporary files and strangers change nothing", async () => {
    const { store, whole } = await tableOfFive();
    for (const name of [
      `${digits(5)}.crc`,
      `${digits(9)}.crc`,
      `${digits(4)}.${digits(5)}.compacted.json`,
      `${digits(6)}.json.tmp`,
      `.${digits(6)}.json.crc`,
      `_commits/${digits(6)}.80a083e8-7026-4e79-81be-64bd76c43a11.json`,
      `_staged`,
    ]) {
      await store.put(logKey(name), bytes("no log"));
    }
    expect(plainSnapshot(await read(store))).toEqual(whole);
  });

  it("of a checkpoint in parts count once all of them are there", async () => {
    const { store, whole } = await tableOfFive();
    const snapshot = await read(store, 3);
    const part = async (number: number, rows: readonly (readonly [string, unknown])[]) => {
      const encoder = openRecordEncoder(checkpointColumns);
      const parts = rows.flatMap(([column, value]) => encoder.append(column, value));
      const name = `${digits(3)}.checkpoint.${String(number).padStart(10, "0")}.0000000002.parquet`;
      await store.put(logKey(name), Buffer.concat([...parts, ...encoder.finish()]));
    };
    await store.delete(checkpointKey(3));
    const adds = [...(snapshot?.files.values() ?? [])].map((add): [string, AddFile] => ["add", add]);
    await part(1, [["protocol", snapshot?.protocol], ...adds.slice(0, 1)]);
    expect(plainSnapshot(await read(store))).toEqual(whole);
    await deleteEntries(store, 0, 2);
    await expect(read(store)).rejects.toMatchObject({
      code: "DELTA_LOG_TRUNCATED",
      message: expect.stringContaining("checkpoint of version 3 lacks parts"),
    });
    await part(2, [["metaData", snapshot?.metaData], ...adds.slice(1)]);
    expect(plainSnapshot(await read(store))).toEqual(whole);
  });

  it("of a checkpoint of the second kind are passed by as long as there is another way", async () => {
    const { store, whole } = await tableOfFive();
    await store.delete(checkpointKey(3));
    await store.put(logKey(`${digits(3)}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.parquet`), bytes("PAR1"));
    expect(plainSnapshot(await read(store))).toEqual(whole);
    await deleteEntries(store, 0, 2);
    await expect(read(store)).rejects.toMatchObject({
      code: "DELTA_UNSUPPORTED",
      message: expect.stringContaining("v2Checkpoint"),
    });
  });

  it("of a classic checkpoint do not hide one of the second kind", async () => {
    const { store, whole } = await tableOfFive();
    const encoder = openRecordEncoder(columnsV2);
    const parts = encoder.append("sidecar", { path: "x.parquet" });
    await store.put(checkpointKey(3), Buffer.concat([...parts, ...encoder.finish()]));
    expect(plainSnapshot(await read(store))).toEqual(whole);
    await deleteEntries(store, 0, 2);
    await expect(read(store)).rejects.toMatchObject({ code: "DELTA_UNSUPPORTED" });
  });
});

describe("after a commit", () => {
  const open = (store: ObjectStore, told: unknown[] = [], nowMs = beganAtMs): DeltaTable =>
    openDeltaTable({
      store,
      path: "raw/t",
      clock: manualClock(nowMs),
      random: seededRandom(1),
      onUpkeepFailed: (failure) => told.push(failure),
    });
  const create = async (table: DeltaTable, configuration: Record<string, string> = {}) => {
    const plan = planCreateTable({ id: "t", fields, partitionColumns: ["P"], createdAtMs: 1, configuration });
    expect(await table.commit(plan)).toMatchObject({ status: "committed" });
  };
  const append = async (table: DeltaTable, count: number, lane = false) => {
    for (let done = 0; done < count; done++) {
      const snapshot = await mustSnapshot(table);
      const n = snapshot.version + 1;
      const plan = planAppend(snapshot, [await putFile(table, `data/f${n}`)]);
      const steps = lane ? { lanes: [{ appId: "snowmelt/dev/p/d/live", n, hi: BigInt(n) * 10n }] } : {};
      expect(await table.commit(plan, steps)).toMatchObject({ status: "committed", version: n });
    }
  };

  it("there is a checkpoint at every tenth version, or at the table's own interval", async () => {
    const store = memoryObjectStore();
    const table = open(store);
    await create(table);
    await append(table, 21);
    expect((await logOf(store)).filter((name) => name.includes("checkpoint.parquet"))).toEqual([
      `${digits(10)}.checkpoint.parquet`,
      `${digits(20)}.checkpoint.parquet`,
    ]);
    expect(JSON.parse(new TextDecoder().decode(await store.get(hintKey)))).toMatchObject({
      version: 20,
      size: 22,
      numOfAddFiles: 20,
      sizeInBytes: (await store.head(checkpointKey(20)))?.sizeBytes,
    });
    const often = memoryObjectStore();
    await create(open(often), { "delta.checkpointInterval": "2" });
    await append(open(often), 5);
    expect((await logOf(often)).filter((name) => name.includes("checkpoint.parquet"))).toHaveLength(2);
  });

  it("a checkpoint that fails is told of, and the commit stands", async () => {
    const store = memoryObjectStore();
    const failing: ObjectStore = {
      ...store,
      putIfAbsent: async (key, body, options) => {
        if (key.endsWith(".parquet") && key.includes("_delta_log")) throw new Error("no room");
        return store.putIfAbsent(key, body, options);
      },
    };
    const told: { version: number }[] = [];
    const table = open(failing, told);
    await create(table, { "delta.checkpointInterval": "1" });
    await append(table, 2);
    expect(told).toMatchObject([{ version: 1 }, { version: 2 }]);
    expect((await read(store))?.version).toBe(2);
  });

  it("the checkpoint of another writer is left as it is", async () => {
    const store = memoryObjectStore();
    const table = open(store);
    await create(table);
    await store.put(checkpointKey(0), bytes("theirs"));
    expect(await table.checkpoint()).toEqual({ status: "exists", version: 0 });
    expect(await store.get(checkpointKey(0))).toEqual(bytes("theirs"));
  });

  it("no checkpoint is written that would lose statistics kept otherwise", async () => {
    const store = memoryObjectStore();
    const table = open(store);
    await create(table, { "delta.checkpoint.writeStatsAsJson": "false" });
    expect(await table.checkpoint()).toEqual({ status: "declined", version: 0 });
  });

  it("removed files are in the checkpoint until they expire", async () => {
    const store = memoryObjectStore();
    await create(open(store), { "delta.deletedFileRetentionDuration": "interval 2 days" });
    const gone = (path: string, ageMs: number) => ({
      remove: { path, dataChange: true, deletionTimestamp: beganAtMs - ageMs },
    });
    await put(store, 1, gone("old", 2 * day), gone("young", 2 * day - 1), { remove: { path: "x", dataChange: true } });
    await open(store).checkpoint();
    await deleteEntries(store, 0, 0);
    expect([...((await read(store))?.tombstones.keys() ?? [])]).toEqual(["young"]);
  });

  it("entries past the retention go, below a checkpoint, and every younger version can be read", async () => {
    let nowMs = beganAtMs;
    const store = memoryObjectStore("memory://lake", () => nowMs);
    await create(open(store), { "delta.checkpointInterval": "4", "delta.logRetentionDuration": "interval 30 days" });
    const told: unknown[] = [];
    for (let version = 1; version <= 60; version++) {
      nowMs += day;
      await append(open(store, told, nowMs), 1, true);
    }
    expect(told).toEqual([]);
    const left = await logOf(store);
    // 30 days before the 60th is the 30th; the checkpoint that reaches it is the 28th.
    expect(left[0]).toBe(`${digits(28)}.checkpoint.parquet`);
    expect(left[1]).toBe(`${digits(28)}.json`);
    expect(left.filter((name) => name.endsWith(".json"))).toHaveLength(33);
    for (const version of [28, 29, 41, 60]) expect((await read(store, version))?.files.size).toBe(version);
    await expect(read(store, 27)).rejects.toMatchObject({ code: "DELTA_LOG_TRUNCATED" });
    expect(await open(store, told, nowMs).lane("snowmelt/dev/p/d/live")).toEqual({ n: 60, hi: 600n, committedIn: 60 });
  });

  it("nothing goes when the table forbids it, or its retention cannot be read", async () => {
    for (const configuration of [
      { "delta.enableExpiredLogCleanup": "false" },
      { "delta.logRetentionDuration": "a while" },
    ]) {
      let nowMs = beganAtMs;
      const store = memoryObjectStore("memory://lake", () => nowMs);
      await create(open(store), { ...configuration, "delta.checkpointInterval": "1" });
      await append(open(store), 3);
      nowMs += 1000 * day;
      await append(open(store, [], nowMs), 1);
      expect(await open(store, [], nowMs).cleanLog()).toEqual({ files: 0, oldestVersion: undefined });
    }
  });

  it("nothing goes below a checkpoint that cannot be read", async () => {
    let nowMs = beganAtMs;
    const store = memoryObjectStore("memory://lake", () => nowMs);
    await create(open(store), { "delta.checkpointInterval": "2" });
    await append(open(store), 3);
    await store.put(checkpointKey(2), bytes("damaged"));
    nowMs += 1000 * day;
    await put(store, 4, { add: addOf("later", 1) });
    await expect(open(store, [], nowMs).cleanLog()).rejects.toMatchObject({ code: "PARQUET_CORRUPT" });
    expect((await read(store))?.version).toBe(4);
    expect(await logOf(store)).toContain(`${digits(0)}.json`);
  });

  it("nothing goes by a clock that is ahead of the store's", async () => {
    const store = memoryObjectStore("memory://lake", () => beganAtMs);
    await create(open(store), { "delta.checkpointInterval": "2" });
    await append(open(store, [], beganAtMs + 31 * day), 4);
    expect(await open(store, [], beganAtMs + 31 * day).cleanLog()).toEqual({ files: 0, oldestVersion: undefined });
    expect(await logOf(store)).toContain(`${digits(0)}.json`);
  });

  it("a writer that slept until its version was cleaned away is not told that it committed, and leaves no entry", async () => {
    for (const isNewest of [true, false]) {
      let nowMs = beganAtMs;
      const store = memoryObjectStore("memory://lake", () => nowMs);
      await create(open(store), { "delta.checkpointInterval": "4", "delta.logRetentionDuration": "interval 30 days" });
      const asleep = open({
        ...store,
        async putIfAbsent(key, body, options) {
          // Others go on for 60 days, with or without a commit after the last checkpoint.
          if (key === entryKey(1)) {
            for (let version = 1; version <= (isNewest ? 60 : 61); version++) {
              nowMs += day;
              await append(open(store, [], nowMs), 1, true);
            }
            expect(await logOf(store)).not.toContain(`${digits(1)}.json`);
          }
          return store.putIfAbsent(key, body, options);
        },
      });
      const told = await asleep.commit(planAppend(await mustSnapshot(asleep), [await putFile(asleep, "late")]));
      expect(told).toMatchObject({
        status: "conflict",
        reason: "logCleaned",
        message: expect.stringMatching(/planned upon version 0 of .* Plan again from the table/),
        version: isNewest ? 60 : 61,
      });
      expect((await read(store))?.files.has("late")).toBe(false);
      expect(await logOf(store)).not.toContain(`${digits(1)}.json`);
    }
  });

  it("an entry after a checkpoint without one is committed, whatever others put after it", async () => {
    const store = memoryObjectStore("memory://lake", () => beganAtMs);
    await create(open(store));
    await open(store).checkpoint();
    await deleteEntries(store, 0, 0);
    const table = open({
      ...store,
      async putIfAbsent(key, body, options) {
        const done = await store.putIfAbsent(key, body, options);
        if (key === entryKey(1)) await put(store, 2, { add: addOf("next", 1) });
        return done;
      },
    });
    const outcome = await table.commit(planAppend(await mustSnapshot(table), [await putFile(table, "f")]));
    expect(outcome).toEqual({ status: "committed", version: 1 });
    expect([...((await read(store))?.files.keys() ?? [])]).toEqual(expect.arrayContaining(["f", "next"]));
  });

  it("a lane knows its window, its version and its marks when only a checkpoint tells of them", async () => {
    const store = memoryObjectStore();
    const table = open(store);
    await create(table);
    const lane = "snowmelt/dev/p/d/live";
    const step = async (n: number, marks: Record<string, bigint>) => {
      const plan = planAppend(await mustSnapshot(table), []);
      return table.commit(plan, { lanes: [{ appId: lane, n, hi: -5n, marks }] });
    };
    await step(1, { readBy: markOf("cursor"), fingerprint: markOf("f") });
    await step(2, { readBy: markOf("cursor") });
    await append(table, 1);
    await table.checkpoint();
    await deleteEntries(store, 0, 2);
    const snapshot = await read(store);
    expect(snapshot?.txns.get(lane)).toMatchObject({ version: 2n, committedIn: 2 });
    expect(readLaneMark(snapshot, lane, "readBy")).toBe(markOf("cursor"));
    expect(readLaneMark(snapshot, lane, "fingerprint")).toBeUndefined();
    expect(await open(store).lane(lane)).toEqual({ n: 2, hi: -5n, committedIn: 2 });
    const again = await open(store).commit(planAppend(await mustSnapshot(open(store)), []), {
      lanes: [{ appId: lane, n: 2, hi: -5n }],
    });
    expect(again).toEqual({ status: "alreadyCommitted", version: 2 });
  });

  it.each([["hi"], ["at"], ["with space"], ["__proto__"]])("a mark may not be called %s", async (name) => {
    const table = open(memoryObjectStore());
    await create(table);
    const commit = table.commit(planAppend(await mustSnapshot(table), []), {
      lanes: [{ appId: "l", n: 1, hi: 1n, marks: Object.fromEntries([[name, 1n]]) }],
    });
    await expect(commit).rejects.toMatchObject({ code: "DELTA_COMMIT_INVALID" });
  });
});
