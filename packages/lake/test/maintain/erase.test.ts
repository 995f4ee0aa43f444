import type { ObjectVersion, ObjectVersions } from "@snowmelt/core/ports";
import { type DeltaTable, openDeltaTable, readLaneMark } from "@snowmelt/lake/delta";
import { compactTable, type EraseOptions, eraseRows } from "@snowmelt/lake/maintain";
import { describe, expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { merge } from "../merge-window.ts";
import { append, dataKeys, datedTable, type Row, rowsOf } from "./dated-table.ts";

const live = "snowmelt/local/shop/orders/live";
const secret = "alice@example.com";

/** Row 2 is Alice's: updated by the second window, with a neighbour of its partition in the same file. */
async function withAlice() {
  const dated = datedTable();
  const table = dated.open();
  const windows: Row[][] = [
    [
      [1n, 1n, "a", "bob"],
      [2n, 1n, "a", secret],
      [3n, 1n, "b", "carol"],
    ],
    [[2n, 2n, "a", `${secret}, moved`]],
  ];
  for (const [at, rows] of windows.entries()) {
    const lanes = [{ appId: live, n: at + 1, hi: BigInt(at + 1), marks: { readBy: 7n, fingerprint: 8n } }];
    const outcome = await merge(table, { rows, snapshotMicros: BigInt(at) }, { lanes });
    if (outcome.status !== "committed") throw new Error(JSON.stringify(outcome));
  }
  return { ...dated, table };
}

async function erase(table: DeltaTable, options: Partial<EraseOptions> = {}) {
  const report = await eraseRows(table, { keys: [{ ID: 2 }], ...options });
  if ("reason" in report) throw new Error(report.message);
  return report;
}

/** A commit of someone else that comes between the staging and the commit of this table. */
function before(table: DeltaTable, race: () => Promise<unknown>): DeltaTable {
  let raced = false;
  return {
    ...table,
    async commit(...args) {
      if (!raced) await race();
      raced = true;
      return table.commit(...args);
    },
  };
}

describe("erasing rows", () => {
  it("leaves no byte of the row in any data file, and every other row as it was", async () => {
    const { table, store } = await withAlice();
    const report = await erase(table);
    expect(report).toMatchObject({
      status: "erased",
      version: 2,
      rows: 1,
      deleted: { files: 2 },
      olderVersionsLost: true,
      proof: { version: 2, rows: 2, found: 0 },
    });
    expect((await rowsOf(table)).map(([id]) => id)).toEqual([1n, 3n]);
    for (const key of await dataKeys(store)) {
      expect(Buffer.from((await store.get(key)) ?? []).includes("alice")).toBe(false);
    }
    await expect(rowsOf(table, { version: 0 })).rejects.toMatchObject({ code: "DELTA_FILE_MISSING" });
  });

  it("never writes a value of the key into the log, and lists the entries that have one", async () => {
    const { open, store } = datedTable();
    const table = open();
    await append(table, [
      [1n, 1n, "a", "bob"],
      [2n, 1n, "a", secret],
    ]);
    const report = await eraseRows(table, { keys: [{ V: secret }] });
    expect(report).toMatchObject({
      status: "erased",
      holders: [{ kind: "log", path: "_delta_log/00000000000000000000.json" }],
    });
    const entry = Buffer.from((await store.get("raw/t/_delta_log/00000000000000000001.json")) ?? []).toString();
    expect(entry).toContain('"operation":"DELETE"');
    expect(entry).toContain('"predicate":"[\\"V = ?\\"]"');
    expect(entry).not.toContain("alice");
  });

  it("lists older files instead of deleting them, when asked to, but for those it replaced itself", async () => {
    const { table, store } = await withAlice();
    const report = await erase(table, { olderVersions: "list" });
    expect(report.deleted.files).toBe(1);
    expect(report.holders).toMatchObject([{ kind: "olderFile", rows: 1 }, { kind: "log" }, { kind: "log" }]);
    expect(await dataKeys(store)).toHaveLength(3);
    expect((await erase(table)).deleted.files).toBe(1);
  });

  it("does what is left to do when it is repeated after a crash between its commit and its deletes", async () => {
    const { table, store } = await withAlice();
    const crashing = { ...table, store: { ...table.store, delete: () => Promise.reject(new Error("killed")) } };
    await expect(erase(crashing)).rejects.toThrow("killed");
    expect(await dataKeys(store)).toHaveLength(4);
    expect(await erase(table)).toMatchObject({ status: "notFound", version: undefined, deleted: { files: 2 } });
    expect(await dataKeys(store)).toHaveLength(2);
  });

  it("makes windows under way meet a gap, and keeps what the pipeline knows of the lane", async () => {
    const { table } = await withAlice();
    const planned = await table.snapshot();
    await erase(table);
    const window = { rows: [[2n, 3n, "a", `${secret}, read before`] as const], snapshotMicros: 3n };
    const lanes = [{ appId: live, n: 3, hi: 3n }];
    expect(await merge(table, window, { lanes, planned })).toMatchObject({ status: "conflict", reason: "lane" });
    expect(await table.lane(live)).toMatchObject({ n: 3, hi: 2n });
    const snapshot = await mustSnapshot(table);
    expect(["readBy", "fingerprint"].map((mark) => readLaneMark(snapshot, live, mark))).toEqual([7n, 8n]);
  });

  it("stops what was planned before it upon a lane of its own, which never goes back, as slices of a backfill are", async () => {
    const { table } = await withAlice();
    const refresh = "snowmelt/local/shop/orders/refresh";
    const slice = "snowmelt/local/shop/orders/backfill/b/1_2";
    const planned = await table.snapshot();
    const nowMicros = BigInt(table.clock.nowMs()) * 1000n;
    await erase(table);
    const rows = [[9n, 1n, "c", "never there before"] as const];
    const lanes = [{ appId: slice, n: 1, hi: 2n }];
    const merged = (n: number) =>
      merge(
        { ...table, commit: (plan, options) => table.commit(plan, { ...options, guards: [{ appId: refresh, n }] }) },
        { rows, snapshotMicros: 3n },
        { lanes, planned },
      );
    expect(await merged(0)).toMatchObject({ status: "conflict", reason: "lane" });
    const { n, hi } = await table.lane(refresh);
    expect(n).toBe(1);
    expect(hi ?? 0n).toBeGreaterThanOrEqual(nowMicros);
    expect(await merged(1)).toMatchObject({ status: "committed" });
    expect(await merged(0)).toMatchObject({ status: "alreadyCommitted" });
    await erase(table, { keys: [{ ID: 9 }] });
    expect((await table.lane(refresh)).hi ?? 0n).toBeGreaterThanOrEqual(hi ?? 0n);
  });

  it("looks again when someone adds a row of the key meanwhile, or moves the lane on", async () => {
    const { table, open } = await withAlice();
    const other = open(8);
    const racing = before(table, () => append(other, [[2n, 9n, "c", "again"]]));
    expect(await erase(racing)).toMatchObject({ status: "erased", rows: 2 });
    const lanes = [{ appId: live, n: 4, hi: 4n }];
    await append(table, [[2n, 9n, "c", "and again"]]);
    const racing2 = before(table, () => merge(other, { rows: [[7n, 9n, "c", "x"]], snapshotMicros: 9n }, { lanes }));
    expect(await erase(racing2)).toMatchObject({ status: "erased", rows: 1 });
    expect((await rowsOf(table)).map(([id]) => id)).toEqual([1n, 3n, 7n]);
    expect(await table.lane(live)).toMatchObject({ n: 5, hi: 4n });
  });

  it("is not taken for done when another erasure moved the lane on at the same time", async () => {
    const { table, open } = await withAlice();
    const racing = before(table, () => eraseRows(open(8), { keys: [{ ID: 3 }] }));
    expect(await erase(racing)).toMatchObject({ status: "erased", rows: 1 });
    expect((await rowsOf(table)).map(([id]) => id)).toEqual([1n]);
  });

  it("stands against a compaction of the same files at the same time", async () => {
    const { table, open } = await withAlice();
    await append(table, [[5n, 1n, "a", "dave"]]);
    const racing = before(table, () => compactTable(open(8)));
    expect(await erase(racing)).toMatchObject({ status: "erased", rows: 1 });
    expect((await rowsOf(table)).map(([id]) => id)).toEqual([1n, 3n, 5n]);
    await append(table, [[6n, 1n, "a", "erin"]]);
    const compacting = before(open(9), () => erase(table, { keys: [{ ID: 1 }] }));
    expect((await compactTable(compacting)).conflicts).toMatchObject([{ reason: "filesChanged" }]);
    expect((await rowsOf(table)).map(([id]) => id)).toEqual([3n, 5n, 6n]);
  });

  it("reads a file of another writer whatever its statistics say", async () => {
    const { open, store } = datedTable();
    const table = open();
    await append(table, [[2n, 1n, "a", secret]]);
    const entry = "raw/t/_delta_log/00000000000000000000.json";
    const text = Buffer.from((await store.get(entry)) ?? []).toString();
    const wrong = text.replaceAll('\\"ID\\":2', '\\"ID\\":7').replace(/"tags":\{[^}]*\}/, '"tags":{}');
    expect(wrong).not.toBe(text);
    await store.put(entry, Buffer.from(wrong));
    expect(await erase(open(3))).toMatchObject({ status: "erased", rows: 1, filesRewritten: 0 });
  });

  it("lists what runs under way have written, quarantined rows, and changes neither", async () => {
    const { table, store } = await withAlice();
    const [path] = (await mustSnapshot(table)).files.keys();
    for (const key of await dataKeys(store)) {
      const bytes = (await store.get(key)) ?? new Uint8Array();
      await store.put(`raw/t/data/run=flying/P=a/${key.split("/").at(-1)}`, bytes);
    }
    const { clock, random } = table;
    const quarantine = openDeltaTable({ store, path: "quarantine/t", clock, random });
    await append(quarantine, [[2n, 5n, "a", secret]]);
    const { holders } = await erase(table, { quarantine });
    expect(path).toBeDefined();
    expect(holders.filter(({ kind }) => kind === "unnamedFile")).toMatchObject([
      { attemptId: "flying", rows: 1 },
      { attemptId: "flying", rows: 1 },
    ]);
    expect(holders).toContainEqual({ kind: "quarantine", path: "quarantine/t", rows: 1 });
    expect(await rowsOf(quarantine)).toHaveLength(1);
  });

  it("counts quarantined files as gone that a lifecycle rule deleted, and takes them out of the log there", async () => {
    const { table, store } = await withAlice();
    const { clock, random } = table;
    const quarantine = openDeltaTable({ store, path: "quarantine/t", clock, random });
    await append(quarantine, [[2n, 5n, "a", secret]]);
    for await (const { key } of store.list("quarantine/t/data/")) await store.delete(key);
    await append(quarantine, [[4n, 5n, "b", "dave"]]);
    const report = await erase(table, { quarantine });
    expect(report).toMatchObject({ status: "erased", filesExpired: 0, proof: { found: 0 } });
    const gone = { kind: "quarantine", path: "quarantine/t", rows: 0, expiredFiles: 1 };
    expect(report.holders).toContainEqual(gone);
    expect(await erase(quarantine, { dryRun: true })).toMatchObject({ status: "planned", filesExpired: 1 });
    expect((await mustSnapshot(quarantine)).version).toBe(1);
    expect(await erase(quarantine)).toMatchObject({
      status: "notFound",
      version: 2,
      filesRemoved: 0,
      filesExpired: 1,
      proof: { files: 1, rows: 1, found: 0 },
    });
    expect((await rowsOf(quarantine)).map(([id]) => id)).toEqual([4n]);
    expect((await erase(table, { quarantine })).holders).not.toContainEqual(gone);
  });

  it("is refused where a file of the table itself is gone", async () => {
    const { table, store } = await withAlice();
    for (const key of await dataKeys(store)) await store.delete(key);
    await expect(erase(table)).rejects.toMatchObject({ code: "PARQUET_MISSING" });
    expect((await mustSnapshot(table)).version).toBe(1);
  });

  it("lists the versions that a bucket keeps, and deletes those of files that held the row when asked to", async () => {
    const { table } = await withAlice();
    const kept: ObjectVersion[] = [];
    const versions: ObjectVersions = {
      async *list(prefix) {
        yield* kept.filter(({ key }) => key.startsWith(prefix));
      },
      async delete(key, versionId) {
        kept.splice(
          kept.findIndex((version) => version.key === key && version.versionId === versionId),
          1,
        );
      },
    };
    const keep = (key: string) =>
      kept.push({
        key,
        versionId: `v-${kept.length}`,
        isLatest: false,
        isDeleteMarker: false,
        sizeBytes: 1,
        modifiedAtMs: 0,
      });
    const store = {
      ...table.store,
      async delete(key: string) {
        keep(key);
        await table.store.delete(key);
      },
    };
    keep("raw/t/data/run=old/part-vacuumed.parquet");
    keep("raw/other/data/part.parquet");
    const versioned = openDeltaTable({ store, path: "raw/t", clock: table.clock, random: table.random });
    const { holders } = await erase(versioned, { versions });
    const listed = holders.flatMap((holder) => (holder.kind === "objectVersion" ? [holder.isCertain] : []));
    expect(listed.sort()).toEqual([false, true, true]);
    await append(versioned, [[2n, 1n, "a", secret]]);
    const purging = await erase(versioned, { versions, noncurrent: "delete" });
    expect(purging.holders.filter((holder) => holder.kind === "objectVersion" && holder.isCertain)).toEqual([]);
    expect(kept.map(({ key }) => key)).toContain("raw/other/data/part.parquet");
  });

  it("changes nothing in a dry run, and says what it would", async () => {
    const { table, store } = await withAlice();
    const keys = await dataKeys(store);
    expect(await erase(table, { dryRun: true })).toMatchObject({
      status: "planned",
      version: undefined,
      rows: 1,
      filesRemoved: 1,
      proof: { found: 1 },
    });
    expect(await dataKeys(store)).toEqual(keys);
    expect((await mustSnapshot(table)).version).toBe(1);
  });

  it.each([
    ["no key", [], "Expected a key to erase"],
    ["a key without a column", [{}], "Expected a key to erase"],
    ["a column that is not there", [{ id: 2 }], "did you mean ID?"],
    ["a value that the column cannot hold", [{ ID: "two" }], "Column ID is int64"],
  ])("refuses %s", async (_, keys, message) => {
    const { table } = await withAlice();
    await expect(eraseRows(table, { keys })).rejects.toThrow(message);
  });
});
