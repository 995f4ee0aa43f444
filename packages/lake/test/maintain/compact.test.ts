import type { Field } from "@snowmelt/core/types";
import { parseStats, planOverwrite } from "@snowmelt/lake/delta";
import { compactTable, planCompaction } from "@snowmelt/lake/maintain";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { fields, merge, sorted } from "../merge-window.ts";
import { append, dataKeys, datedTable, rowsOf } from "./dated-table.ts";

async function manyFiles(count = 6) {
  const dated = datedTable();
  const table = dated.open();
  for (let id = 0; id < count; id++) await append(table, [[BigInt(id), 1n, id % 2 ? "a" : "b", `v${id}`]], BigInt(id));
  return { ...dated, table };
}

describe("planning a compaction", () => {
  const snapshotOf = (sizes: readonly number[]) => ({
    version: 1,
    protocol: { minReaderVersion: 1, minWriterVersion: 2 },
    metaData: {
      id: "t",
      format: { provider: "parquet" },
      schemaString: "",
      partitionColumns: ["P"],
      configuration: {},
    },
    files: new Map(
      sizes.map((size, at) => [
        `f${at}`,
        { path: `f${at}`, partitionValues: { P: at % 2 ? "a" : null }, size, modificationTime: 0, dataChange: true },
      ]),
    ),
    tombstones: new Map(),
    txns: new Map(),
    entryBytes: 1,
  });

  it("fills files up to the target, keeps partitions apart, and finds nothing to do in what it has made", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 40 }), (sizes) => {
        const snapshot = snapshotOf(sizes);
        const groups = planCompaction(snapshot, { targetFileBytes: 100 });
        const grouped = groups.flatMap(({ files }) => files.map(({ path }) => path));
        expect(new Set(grouped).size).toBe(grouped.length);
        for (const { files, bytes, partitionValues } of groups) {
          expect(files.length).toBeGreaterThan(1);
          expect(bytes).toBeLessThanOrEqual(100);
          expect(bytes).toBe(files.reduce((sum, { add }) => sum + add.size, 0));
          for (const { add } of files) expect([add.partitionValues, add.size < 75]).toEqual([partitionValues, true]);
        }
        const left = [...snapshot.files.values()].filter(({ path }) => !grouped.includes(path));
        const after = { ...snapshot, files: new Map(left.map((add) => [add.path, add])) };
        for (const [at, { bytes, partitionValues }] of groups.entries()) {
          const path = `g${at}`;
          after.files.set(path, {
            path,
            partitionValues: { P: partitionValues.P ?? null },
            size: bytes,
            modificationTime: 0,
            dataChange: false,
          });
        }
        expect(planCompaction(after, { targetFileBytes: 100 })).toEqual([]);
      }),
    );
  });

  it("keeps files apart whose tags others need", () => {
    const snapshot = snapshotOf([1, 1, 1, 1]);
    const tagged = [...snapshot.files].map(
      ([path, add], at) =>
        [path, { ...add, partitionValues: { P: null }, tags: { "snowmelt.n": `${at % 2}` } }] as const,
    );
    const groups = planCompaction({ ...snapshot, files: new Map(tagged) }, { targetFileBytes: 100 });
    expect(groups.map(({ files }) => files.map(({ path }) => path))).toEqual([
      ["f0", "f2"],
      ["f1", "f3"],
    ]);
  });
});

describe("compaction", () => {
  it("makes one file of a partition's, with the same rows in the same order and exact statistics", async () => {
    const { table } = await manyFiles();
    const before = await rowsOf(table);
    const report = await compactTable(table);
    expect(report.commits).toMatchObject([{ version: 6, filesBefore: 6, filesAfter: 2, rows: 6 }]);
    expect(await rowsOf(table)).toEqual(before);
    const snapshot = await mustSnapshot(table);
    const a = [...snapshot.files.values()].find(({ partitionValues }) => partitionValues.P === "a");
    expect(parseStats(a?.stats, fields as Field[])).toMatchObject({ numRecords: 3 });
    expect(parseStats(a?.stats, fields as Field[])?.columns.get("ID")).toEqual({ nullCount: 0, min: 1n, max: 5n });
    expect(a?.dataChange).toBe(false);
    expect((await compactTable(table)).commits).toEqual([]);
    for await (const { commitInfo } of table.history()) {
      expect(commitInfo).toMatchObject({ operation: "OPTIMIZE", isBlindAppend: false });
      break;
    }
  });

  it("keeps the time at which each row was read, so that a merge still knows which of two rows is newer", async () => {
    const { table } = await manyFiles();
    await compactTable(table);
    // Read at 1, 3 and 5; the cursors are equal, so that the time of reading decides.
    const rows = [1n, 3n, 5n].map((id) => [id, 1n, "a", `read at 3`] as const);
    await merge(table, { rows, snapshotMicros: 3n });
    expect((await sorted(table)).filter(([, , partition]) => partition === "a").map(([, , , value]) => value)).toEqual([
      "read at 3",
      "read at 3",
      "v5",
    ]);
    // What a merge left of a compacted file keeps its times too.
    await merge(table, { rows: [[5n, 1n, "a", "read at 4"]], snapshotMicros: 4n });
    expect((await sorted(table)).at(-1)?.[3]).toBe("v5");
  });

  it("is a conflict, a value, when a file of it was removed meanwhile, and leaves no file behind", async () => {
    const { table, store, open } = await manyFiles();
    const other = open(9);
    const racing = {
      ...table,
      commit: async (...args: Parameters<typeof table.commit>) => {
        await other.commit(planOverwrite(await mustSnapshot(other), [], 1));
        return table.commit(...args);
      },
    };
    const keys = await dataKeys(store);
    const report = await compactTable(racing);
    expect(report.commits).toEqual([]);
    expect(report.conflicts).toMatchObject([{ status: "conflict", reason: "filesChanged" }]);
    expect(await dataKeys(store)).toEqual(keys);
    expect(await rowsOf(table)).toEqual([]);
  });

  it("lets appends pass, and loses none", async () => {
    const { table, open } = await manyFiles();
    const other = open(9);
    const racing = {
      ...table,
      commit: async (...args: Parameters<typeof table.commit>) => {
        await append(other, [[99n, 1n, "a", "appended"]]);
        return table.commit(...args);
      },
    };
    expect((await compactTable(racing)).commits).toHaveLength(1);
    expect((await rowsOf(table)).map(([id]) => Number(id))).toEqual([0, 1, 2, 3, 4, 5, 99]);
  });

  it("commits in parts, so that a conflict in one leaves the others", async () => {
    const { table } = await manyFiles();
    const report = await compactTable(table, { maxCommitBytes: 1 });
    expect(report.commits.map(({ version }) => version)).toEqual([6, 7]);
    expect(await rowsOf(table)).toHaveLength(6);
  });

  it("writes nothing in a dry run", async () => {
    const { table, store } = await manyFiles();
    const keys = await dataKeys(store);
    const report = await compactTable(table, { dryRun: true });
    expect([report.groups.length, report.commits, (await mustSnapshot(table)).version]).toEqual([2, [], 5]);
    expect(await dataKeys(store)).toEqual(keys);
  });
});
