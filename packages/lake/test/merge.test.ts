import { memoryObjectStore, type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import { type DeltaTable, landBatches, mergeLanded, planAppend, planTableLayout } from "@snowmelt/lake/delta";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mustSnapshot, openTable } from "./delta-log.ts";
import { byP, fields, merge, sorted, type Window } from "./merge-window.ts";
import { tableRows, toBatch } from "./table-rows.ts";

describe("merge by key", () => {
  it("makes the table, then updates and inserts, also when an update moves a row to another partition", async () => {
    const table = openTable();
    const first = await merge(table, {
      rows: [
        [1n, 1n, "a", "one"],
        [2n, 1n, "a", "two"],
        [3n, 1n, "b", "three"],
      ],
      snapshotMicros: 10n,
      n: 1,
    });
    expect(first).toMatchObject({ status: "committed", version: 0, counts: { inserted: 3, rowsAfter: 3 } });
    const second = await merge(table, {
      rows: [
        [2n, 2n, "b", "TWO"],
        [4n, 2n, null, "four"],
      ],
      snapshotMicros: 20n,
      n: 2,
    });
    expect(second).toMatchObject({
      status: "committed",
      version: 1,
      counts: { incoming: 2, inserted: 1, updated: 1, skippedAsOlder: 0, rowsBefore: 3, rowsAfter: 4 },
      removedFiles: 1,
    });
    expect(await sorted(table)).toEqual([
      [1n, 1n, "a", "one"],
      [2n, 2n, "b", "TWO"],
      [3n, 1n, "b", "three"],
      [4n, 2n, null, "four"],
    ]);
  });

  it("does not put an old value back, in either order of a backfill slice and the live lane", async () => {
    const old: Window = { rows: [[1n, 5n, "a", "read early"]], snapshotMicros: 100n };
    const live: Window = { rows: [[1n, 9n, "b", "live"]], snapshotMicros: 200n };
    for (const order of [
      [old, live],
      [live, old],
    ]) {
      const table = openTable();
      await merge(table, { rows: [[7n, 0n, "a", "other"]], snapshotMicros: 1n });
      const outcomes = [];
      for (const window of order) outcomes.push(await merge(table, window));
      expect(await sorted(table)).toEqual([
        [1n, 9n, "b", "live"],
        [7n, 0n, "a", "other"],
      ]);
      expect(outcomes[1]).toMatchObject({
        counts: order[0] === old ? { updated: 1 } : { skippedAsOlder: 1, inserted: 0 },
      });
    }
  });

  it("lets the time of reading decide between rows of one cursor, also after the file was written anew", async () => {
    const table = openTable();
    await merge(table, {
      rows: [
        [1n, 5n, "a", "at 300"],
        [2n, 5n, "a", "x"],
      ],
      snapshotMicros: 300n,
    });
    await merge(table, { rows: [[2n, 6n, "a", "y"]], snapshotMicros: 400n });
    expect(await merge(table, { rows: [[1n, 5n, "a", "at 200"]], snapshotMicros: 200n })).toMatchObject({
      counts: { skippedAsOlder: 1 },
    });
    expect(await merge(table, { rows: [[1n, 5n, "a", "at 300 again"]], snapshotMicros: 300n })).toMatchObject({
      counts: { updated: 1 },
    });
    expect((await sorted(table))[0]).toEqual([1n, 5n, "a", "at 300 again"]);
  });

  it("ends with the newest version of each row, whatever windows came in whatever order", async () => {
    const row = fc.record({
      id: fc.integer({ min: 0, max: 12 }),
      cursor: fc.option(fc.integer({ min: 0, max: 4 })),
      p: fc.option(fc.constantFrom("a", "b", "c")),
    });
    const windows = fc.array(
      fc.record({
        rows: fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 8 }),
        at: fc.integer({ min: 1, max: 20 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(windows, fc.constantFrom(undefined, 1, 3), async (list, maxKeys) => {
        const table = openTable();
        const model = new Map<number, { cursor: number | null; at: number; row: Value[] }>();
        for (const [index, { rows, at }] of list.entries()) {
          const before = model.size;
          const tally = { inserted: 0, updated: 0, skippedAsOlder: 0 };
          const incoming = rows.map(({ id, cursor, p }): Value[] => [
            BigInt(id),
            cursor === null ? null : BigInt(cursor),
            p,
            `${index}`,
          ]);
          for (const [position, { id, cursor }] of rows.entries()) {
            const held = model.get(id);
            const heldCursor = held?.cursor ?? null;
            const byCursor = heldCursor !== null && cursor !== null && heldCursor !== cursor;
            const isNewer = !held || (byCursor ? cursor > heldCursor : at >= held.at);
            tally[held ? (isNewer ? "updated" : "skippedAsOlder") : "inserted"]++;
            if (isNewer) model.set(id, { cursor, at, row: incoming[position] ?? [] });
          }
          const window = { rows: incoming, snapshotMicros: BigInt(at), n: index + 1, hi: BigInt(index) };
          const outcome = await merge(table, window, { maxKeys });
          expect(outcome).toMatchObject({
            status: "committed",
            counts: { ...tally, rowsBefore: before, rowsAfter: model.size },
          });
        }
        const expected = [...model.values()].map(({ row }) => row).sort((a, b) => Number(a[0]) - Number(b[0]));
        expect(await sorted(table)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it("does a step of a lane once", async () => {
    const table = openTable();
    const window = { rows: [[1n, 1n, "a", "x"]], snapshotMicros: 1n, n: 1, hi: 5n };
    await merge(table, window);
    expect(await merge(table, window)).toEqual({ status: "alreadyCommitted", version: 0 });
    expect(await merge(table, { ...window, hi: 6n })).toMatchObject({ status: "conflict", reason: "lane" });
    expect((await table.snapshot())?.version).toBe(0);
  });

  it("commits the step of an empty window and leaves the files alone", async () => {
    const table = openTable();
    await merge(table, { rows: [[1n, 1n, "a", "x"]], snapshotMicros: 1n, n: 1 });
    expect(await merge(table, { rows: [], snapshotMicros: 2n, n: 2 })).toMatchObject({
      version: 1,
      removedFiles: 0,
      filesRead: 0,
    });
    expect(await sorted(table)).toHaveLength(1);
  });
});

describe("what a merge touches", () => {
  const ranges = (table: DeltaTable) =>
    merge(table, { rows: [], snapshotMicros: 0n }).then(async () => {
      for (const from of [0n, 100n, 200n]) {
        await merge(table, {
          rows: Array.from({ length: 50 }, (_, index) => [from + BigInt(index), 1n, "a", "x"]),
          snapshotMicros: 1n,
        });
      }
    });

  it("reads only files whose key statistics hold a key of the window, and rewrites only those with a match", async () => {
    const table = openTable();
    await ranges(table);
    const outcome = await merge(table, {
      rows: [
        [10n, 2n, "z", "y"],
        [230n, 2n, "z", "y"],
        [500n, 2n, "z", "y"],
      ],
      snapshotMicros: 2n,
    });
    expect(outcome).toMatchObject({
      filesRead: 2,
      removedFiles: 2,
      counts: { inserted: 1, updated: 2, rowsAfter: 151 },
    });
    const between = await merge(table, {
      rows: [
        [60n, 2n, "z", "y"],
        [299n, 2n, "z", "y"],
      ],
      snapshotMicros: 2n,
    });
    expect(between).toMatchObject({ removedFiles: 0, counts: { inserted: 2 } });
  });

  it("reads a file of another writer whatever its statistics say", async () => {
    const table = openTable();
    await ranges(table);
    const snapshot = await mustSnapshot(table);
    const [path, add] = [...snapshot.files].find(([, { stats }]) => stats?.includes('"ID":249')) ?? [];
    if (!path || !add) throw new Error("no such file");
    const { tags: _ours, ...foreign } = add;
    const stats = add.stats?.replaceAll(/"ID":2(\d\d)/g, '"ID":9$1') ?? "";
    await table.commit({ ...planAppend(snapshot, []), actions: [{ add: { ...foreign, stats } }] });
    const outcome = await merge(table, { rows: [[230n, 2n, "z", "y"]], snapshotMicros: 2n });
    expect(outcome).toMatchObject({ counts: { updated: 1, inserted: 0, rowsAfter: 150 } });
  });

  it("lets a commit of other keys pass, and looks again after one that may hold its keys", async () => {
    for (const [rivalId, expected] of [
      [900n, { inserted: 0, updated: 1 }],
      [20n, { inserted: 0, updated: 1 }],
    ] as const) {
      const inner = memoryObjectStore();
      await ranges(openTable(inner));
      let isArmed = true;
      const store: ObjectStore = {
        ...inner,
        async putIfAbsent(key, body, options) {
          if (isArmed && key.endsWith("00000000000000000004.json")) {
            isArmed = false;
            await merge(openTable(inner, 77), { rows: [[rivalId, 9n, "a", "rival"]], snapshotMicros: 9n });
          }
          return inner.putIfAbsent(key, body, options);
        },
      };
      const outcome = await merge(openTable(store), { rows: [[21n, 5n, "a", "mine"]], snapshotMicros: 5n });
      expect(outcome).toMatchObject({ status: "committed", version: 5, counts: expected });
      const rows = await sorted(openTable(inner));
      expect(rows.filter(([id]) => id === rivalId || id === 21n).map((row) => row[3])).toEqual(
        rivalId < 21n ? ["rival", "mine"] : ["mine", "rival"],
      );
      expect(rows).toHaveLength(rivalId === 900n ? 151 : 150);
    }
  });

  it("does not insert a key that a rival inserted meanwhile a second time", async () => {
    const inner = memoryObjectStore();
    await ranges(openTable(inner));
    let isArmed = true;
    const store: ObjectStore = {
      ...inner,
      async putIfAbsent(key, body, options) {
        if (isArmed && key.endsWith("00000000000000000004.json")) {
          isArmed = false;
          await merge(openTable(inner, 78), { rows: [[777n, 9n, "b", "rival"]], snapshotMicros: 9n });
        }
        return inner.putIfAbsent(key, body, options);
      },
    };
    const outcome = await merge(openTable(store), { rows: [[777n, 5n, "a", "mine"]], snapshotMicros: 5n });
    expect(outcome).toMatchObject({ status: "committed", counts: { skippedAsOlder: 1, inserted: 0 } });
    expect((await sorted(openTable(inner))).filter(([id]) => id === 777n)).toEqual([[777n, 9n, "b", "rival"]]);
  });

  it("says when the schema changed after the plan, and adds columns that were planned", async () => {
    const table = openTable();
    await ranges(table);
    const planned = await mustSnapshot(table);
    const wider: Field[] = [...fields, { name: "NEW", type: { kind: "int32" }, nullable: true }];
    const layout = planTableLayout(wider, [byP]);
    const landed = await landBatches([toBatch(wider, [[10n, 2n, "a", "y", 42]])], {
      table,
      layout,
      attemptId: "n",
      random: seededRandom(9),
    });
    const options = {
      landed,
      key: ["ID"],
      cursor: "CURSOR",
      snapshotMicros: 5n,
      attemptId: "n",
      fields: wider,
      partitionColumns: ["P"],
    };
    expect(await mergeLanded(table, { ...options, planned })).toMatchObject({
      status: "committed",
      counts: { updated: 1 },
    });
    const rows = await tableRows(table);
    expect(
      rows
        .filter(([id]) => id === 10n || id === 11n)
        .map((row) => row[4])
        .sort(),
    ).toEqual([42, null]);
    expect(await mergeLanded(table, { ...options, planned })).toMatchObject({
      status: "conflict",
      reason: "metadataChanged",
    });
  });
});
