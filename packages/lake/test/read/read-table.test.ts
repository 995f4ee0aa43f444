import { join } from "node:path";
import { toRecordBatch } from "@snowmelt/core/arrow";
import { manualClock, memoryObjectStore, type ObjectStore, seededRandom, systemClock } from "@snowmelt/core/ports";
import type { Field, PartitionTransform, Value } from "@snowmelt/core/types";
import {
  type DeltaTable,
  landBatches,
  openDeltaTable,
  planAppend,
  planCreateTable,
  planEvolveSchema,
  planTableLayout,
  toAddFile,
} from "@snowmelt/lake/delta";
import {
  and,
  compare,
  isNull,
  not,
  oneOf,
  or,
  planRead,
  type ReadTableOptions,
  readTable,
  resolveVersion,
} from "@snowmelt/lake/read";
import { openFileStore } from "@snowmelt/lake/store";
import { describe, expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { toBatch, toRows } from "../table-rows.ts";
import { countingStore } from "./counting-store.ts";

const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "DAY", type: { kind: "date" }, nullable: true },
  { name: "CODE", type: { kind: "string" }, nullable: true },
  { name: "PRICE", type: { kind: "decimal", precision: 20, scale: 2 }, nullable: true },
  { name: "NOTE", type: { kind: "string" }, nullable: true },
];
const byCode: PartitionTransform[] = [{ kind: "identity", column: "CODE" }];
const note = (id: number): string =>
  Array.from({ length: 20 }, (_, at) => (id * 7919 + at * 104_729).toString(36)).join("");
/** Rows `from` up to `to`; every tenth has no price. */
const rowsOf = (from: number, to: number): Value[][] =>
  Array.from({ length: to - from }, (_, at): Value[] => {
    const id = from + at;
    return [BigInt(id), id, ["A", "B", null][id % 3] ?? null, id % 10 === 0 ? null : BigInt(id * 100), note(id)];
  });

function open(store: ObjectStore, seed = 1): DeltaTable {
  return openDeltaTable({ store, path: "raw/t", clock: systemClock, random: seededRandom(seed) });
}

async function append(
  table: DeltaTable,
  rows: Value[][],
  options: { partitionBy?: PartitionTransform[]; of?: readonly Field[] } = {},
) {
  const { partitionBy = byCode, of = fields } = options;
  const layout = planTableLayout(of, partitionBy);
  const files = await landBatches([toBatch(of, rows)], {
    table,
    layout,
    attemptId: table.random.uuid(),
    random: table.random,
    encoder: { rowGroupRows: 1000 },
  });
  const add = files.map((file) => toAddFile(file, 1n));
  const snapshot = await table.snapshot();
  const { fields: all, partitionColumns } = layout;
  const plan = snapshot
    ? planAppend(snapshot, add)
    : planCreateTable({ id: "t", fields: all, partitionColumns, createdAtMs: 0, files: add });
  expect(await table.commit(plan)).toMatchObject({ status: "committed" });
}

async function read(table: DeltaTable, options: ReadTableOptions = {}): Promise<Value[][]> {
  const rows: Value[][] = [];
  for await (const batch of readTable(table, options)) rows.push(...toRows(batch));
  return rows;
}
const ids = async (table: DeltaTable, options: ReadTableOptions = {}): Promise<number[]> =>
  (await read(table, { columns: ["ID"], ...options })).map(([id]) => Number(id)).sort((a, b) => a - b);

describe("reading a table", () => {
  it("fetches the footer and the chunks of the columns asked for, and nothing else", async () => {
    const memory = memoryObjectStore();
    await append(open(memory), rowsOf(0, 5000), { partitionBy: [] });
    const whole = [...(await mustSnapshot(open(memory))).files.values()][0]?.size ?? 0;
    const { store, gets, heads } = countingStore(memory);
    const table = open(store);
    expect(await read(table, { columns: ["ID"] })).toHaveLength(5000);
    expect(heads).toEqual([]);
    // The footer, and of each of the five row groups one range.
    expect(gets).toHaveLength(6);
    expect(gets.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(whole / 4);
  });

  it("fetches only row groups that may hold a row asked for", async () => {
    const memory = memoryObjectStore();
    await append(open(memory), rowsOf(0, 5000), { partitionBy: [] });
    const { store, gets } = countingStore(memory);
    expect(await ids(open(store), { where: compare("ID", "=", 3210) })).toEqual([3210]);
    expect(gets).toHaveLength(2);
  });

  it("skips files by partition and by statistics", async () => {
    const table = open(memoryObjectStore());
    await append(table, rowsOf(0, 300));
    await append(table, rowsOf(300, 600));
    const snapshot = await mustSnapshot(table);
    const plan = planRead(snapshot, { where: and(compare("CODE", "=", "A"), compare("ID", ">=", 300)) });
    expect(plan.files).toHaveLength(1);
    expect(plan.skippedFiles).toEqual({ byPartition: 4, byStatistics: 1 });
    expect(await ids(table, { where: and(compare("CODE", "=", "A"), compare("ID", ">=", 300)) })).toEqual(
      Array.from({ length: 100 }, (_, at) => 300 + at * 3),
    );
  });

  it("has a batch no longer than asked for, and holds the rows in order", async () => {
    const table = open(memoryObjectStore());
    await append(table, rowsOf(0, 2500), { partitionBy: [] });
    const sizes: number[] = [];
    for await (const batch of readTable(table, { columns: [], batchRows: 700 })) sizes.push(batch.rowCount);
    expect(sizes).toEqual([700, 300, 700, 300, 500]);
    expect(await read(table)).toEqual(rowsOf(0, 2500));
  });

  it.each([
    ["a number", compare("ID", "<", 3), [0, 1, 2]],
    ["a date", oneOf("DAY", ["1970-01-02", "1970-01-31", "2026-01-01"]), [1, 30]],
    ["a decimal between two that the column holds", compare("PRICE", "<", "2.005"), [1, 2]],
    ["a decimal that the column cannot hold", compare("PRICE", "=", "2.005"), []],
    ["NULL", and(isNull("PRICE"), compare("ID", "<", 25)), [0, 10, 20]],
    [
      "what is not equal, where NULL is neither",
      and(compare("PRICE", "!=", "3.00"), compare("ID", "<=", 4)),
      [1, 2, 4],
    ],
    ["what is not in a list", and(not(oneOf("PRICE", ["1", "2"])), compare("ID", "<=", 4)), [3, 4]],
    ["a partition or a value", or(and(isNull("CODE"), compare("ID", "<", 6)), compare("ID", "=", 599)), [2, 5, 599]],
    ["nothing", or(), []],
  ])("finds rows by %s", async (_, where, expected) => {
    const table = open(memoryObjectStore());
    await append(table, rowsOf(0, 300));
    await append(table, rowsOf(300, 600));
    expect(await ids(table, { where })).toEqual(expected);
  });

  it("gives NULL for a column that a file is older than, also to the filter", async () => {
    const table = open(memoryObjectStore());
    await append(table, rowsOf(0, 3));
    const wider: Field[] = [...fields, { name: "NEW", type: { kind: "int32" }, nullable: true }];
    await table.commit(planEvolveSchema(await mustSnapshot(table), wider));
    await append(table, [[3n, 3, "A", 300n, "n", 7]], { of: wider });
    const found = await read(table, { columns: ["NEW", "ID"] });
    expect(found.toSorted((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
      [null, 0n],
      [null, 1n],
      [null, 2n],
      [7, 3n],
    ]);
    expect(await ids(table, { where: isNull("NEW") })).toEqual([0, 1, 2]);
    expect(await ids(table, { where: compare("NEW", ">", 1) })).toEqual([3]);
  });

  it("gives batches that are Arrow record batches", async () => {
    const table = open(memoryObjectStore());
    await append(table, rowsOf(0, 4), { partitionBy: [] });
    const seen: unknown[] = [];
    for await (const batch of readTable(table, { columns: ["ID", "CODE"] })) {
      for (const row of toRecordBatch(batch)) seen.push(row?.toJSON());
    }
    expect(seen).toEqual([
      { ID: 0n, CODE: "A" },
      { ID: 1n, CODE: "B" },
      { ID: 2n, CODE: null },
      { ID: 3n, CODE: "A" },
    ]);
  });

  it.each([
    ["a column that is not there", { columns: ["id"] }, 'no column "id"; did you mean ID?'],
    ["a value of another type", { where: compare("ID", "=", "x") }, "Column ID is int64: expected a number"],
    ["text for a date", { where: compare("DAY", "=", "yesterday") }, 'expected a date such as "2026-01-31"'],
  ])("refuses %s", async (_, options, message) => {
    const table = open(memoryObjectStore());
    await append(table, rowsOf(0, 3));
    await expect(read(table, options)).rejects.toThrow(message);
    await expect(read(table, options)).rejects.toMatchObject({ code: "READ_PREDICATE_INVALID" });
  });

  it("stops at an abort, and says which file of which version is missing", async () => {
    const store = memoryObjectStore();
    const table = open(store);
    await append(table, rowsOf(0, 3));
    await expect(read(table, { signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
    const [key] = [...(await mustSnapshot(table)).files.keys()];
    await store.delete(`raw/t/${key}`);
    await expect(read(table)).rejects.toMatchObject({
      code: "DELTA_FILE_MISSING",
      message: expect.stringContaining("Version 0"),
    });
  });
});

describe("time travel", () => {
  async function threeVersions() {
    let nowMs = 0;
    const store = memoryObjectStore("memory://lake", () => nowMs);
    const clock = manualClock(5000);
    const table = openDeltaTable({ store, path: "raw/t", clock, random: seededRandom(2) });
    for (const [version, atMs] of [1000, 2000, 1500].entries()) {
      nowMs = atMs;
      await append(table, rowsOf(version, version + 1));
    }
    return table;
  }

  it("reads a version, or what was newest at a moment; a clock that went back does not reorder commits", async () => {
    const table = await threeVersions();
    expect(await ids(table, { version: 0 })).toEqual([0]);
    expect(await ids(table, { version: 1 })).toEqual([0, 1]);
    expect(await ids(table, { asOf: new Date(1000) })).toEqual([0]);
    expect(await ids(table, { asOf: new Date(1999) })).toEqual([0]);
    expect(await ids(table, { asOf: new Date(2000) })).toEqual([0, 1]);
    expect(await ids(table, { asOf: new Date(2001) })).toEqual([0, 1, 2]);
    expect(await ids(table, { asOf: new Date(5000) })).toEqual([0, 1, 2]);
  });

  it.each([
    [{ version: 3 }, "version 3 is still to come; the newest is 2"],
    [{ asOf: new Date(5001) }, "is still to come"],
    [{ asOf: new Date(999) }, "its oldest is 0 of 1970-01-01T00:00:01.000Z"],
  ])("refuses %o", async (point, message) => {
    const table = await threeVersions();
    await expect(read(table, point)).rejects.toMatchObject({
      code: "DELTA_VERSION_MISSING",
      message: expect.stringContaining(message),
    });
  });

  it("says that a version was cleaned up, and that there is no table", async () => {
    const table = await threeVersions();
    await table.store.delete("raw/t/_delta_log/00000000000000000000.json");
    await expect(read(table, { version: 0 })).rejects.toThrow("does not hold version 0 any more; it goes from 1 to 2");
    await expect(read(open(memoryObjectStore()))).rejects.toMatchObject({ code: "DELTA_TABLE_MISSING" });
  });

  it("believes the times in commits, where a table keeps them, and not the objects'", async () => {
    const table = await threeVersions();
    const snapshot = await mustSnapshot(table);
    const configuration = {
      "delta.enableInCommitTimestamps": "true",
      "delta.inCommitTimestampEnablementVersion": "3",
    };
    const entry = [{ commitInfo: { inCommitTimestamp: 3000 } }, { metaData: { ...snapshot.metaData, configuration } }];
    const body = entry.map((action) => JSON.stringify(action)).join("\n");
    await table.store.put("raw/t/_delta_log/00000000000000000003.json", Buffer.from(body));
    expect(await resolveVersion(table, { asOf: new Date(2999) })).toBe(2);
    expect(await resolveVersion(table, { asOf: new Date(3000) })).toBe(3);
  });
});

describe("tables of other writers", () => {
  const golden = (name: string): DeltaTable =>
    openDeltaTable({
      store: openFileStore(join(import.meta.dirname, "..", "golden", "delta-rs")),
      path: name,
      clock: systemClock,
      random: seededRandom(1),
    });

  it.each(["history", "partitions", "types", "checkpoint"])("%s is read whole", async (name) => {
    const table = golden(name);
    let rows = 0;
    for await (const batch of readTable(table)) rows += batch.rowCount;
    const counted = [...(await mustSnapshot(table)).files.values()].reduce(
      (sum, { stats }) => sum + Number((JSON.parse(stats ?? "{}") as { numRecords: number }).numRecords),
      0,
    );
    expect(rows).toBe(counted);
    expect(rows).toBeGreaterThan(0);
  });
});
