import { type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import { type DeltaTable, openDeltaTable, planCreateTable, planOverwrite, planTableLayout } from "@snowmelt/lake/delta";
import { compactTable, eraseRows, restoreTable, vacuumTable } from "@snowmelt/lake/maintain";
import { describe, expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { byP, fields } from "../merge-window.ts";
import { append, dataKeys, datedTable, dayMs, rowsOf } from "./dated-table.ts";

/** Version 0 has a row, version 1 another beside it; version 2, two days later, is empty. */
async function emptied() {
  const dated = datedTable();
  const table = dated.open();
  await append(table, [[1n, 1n, "a", "one"]]);
  await append(table, [[2n, 1n, "a", "two"]]);
  dated.clock.advance(2 * dayMs);
  await table.commit(planOverwrite(await mustSnapshot(table), [], dated.clock.nowMs()));
  return { ...dated, table };
}

describe("vacuum", () => {
  it("keeps a removed file for as long as a retained version names it, then deletes it", async () => {
    const { table, clock, store } = await emptied();
    clock.advance(7 * dayMs - 1);
    const early = await vacuumTable(table);
    expect([early.deleted.files, early.plan.retained.length, early.plan.readableFrom]).toEqual([0, 2, 1]);
    expect(await rowsOf(table, { version: 1 })).toHaveLength(2);
    clock.advance(1);
    const late = await vacuumTable(table);
    expect([late.deleted.files, late.plan.readableFrom]).toEqual([2, 2]);
    expect(await dataKeys(store)).toEqual([]);
    expect(await rowsOf(table)).toEqual([]);
    await expect(rowsOf(table, { version: 1 })).rejects.toMatchObject({ code: "DELTA_FILE_MISSING" });
    expect((await vacuumTable(table)).deleted.files).toBe(0);
  });

  it("promises no version whose files an erasure has deleted", async () => {
    const { open } = datedTable();
    const table = open();
    await append(table, [
      [1n, 1n, "a", "one"],
      [2n, 1n, "a", "two"],
    ]);
    await append(table, [[3n, 1n, "a", "three"]]);
    expect((await vacuumTable(table, { dryRun: true })).plan.readableFrom).toBe(0);
    expect(await eraseRows(table, { keys: [{ ID: 2 }] })).toMatchObject({ version: 2 });
    expect((await vacuumTable(table, { dryRun: true })).plan.readableFrom).toBe(2);
  });

  it("keeps what a retained version names, though a writer's clock called it long removed", async () => {
    const { open, clock } = datedTable();
    const table = open();
    await append(table, [[1n, 1n, "a", "one"]]);
    clock.advance(20 * dayMs);
    await table.commit(planOverwrite(await mustSnapshot(table), [], 1));
    clock.advance(6 * dayMs);
    const report = await vacuumTable(table);
    expect([report.deleted.files, report.plan.retained.length]).toEqual([0, 1]);
    expect(await rowsOf(table, { version: 0 })).toHaveLength(1);
  });

  it("ends the unfinished uploads below the table, and none in a dry run", async () => {
    const { clock, store } = await emptied();
    const swept: unknown[] = [];
    const sweeping: ObjectStore = {
      ...store,
      async sweepUploads(sweep) {
        swept.push(sweep);
        return { aborted: 2, kept: 1 };
      },
    };
    const table = openDeltaTable({ store: sweeping, path: "raw/t", clock, random: seededRandom(1) });
    expect((await vacuumTable(table, { dryRun: true })).uploads).toEqual({ aborted: 0, kept: 0 });
    expect(swept).toEqual([]);
    expect((await vacuumTable(table)).uploads).toEqual({ aborted: 2, kept: 1 });
    expect(swept).toEqual([{ prefix: "raw/t/" }]);
  });

  it("deletes nothing in a dry run, and says what would go", async () => {
    const { table, clock, store } = await emptied();
    clock.advance(30 * dayMs);
    const report = await vacuumTable(table, { dryRun: true });
    expect(report.plan.deletes.map(({ reason }) => reason)).toEqual(["removed", "removed"]);
    expect(report.deleted.files).toBe(0);
    expect(await dataKeys(store)).toHaveLength(2);
  });

  it("refuses to keep less than the table promises, unless that is accepted in so many words", async () => {
    const { table } = await emptied();
    await expect(vacuumTable(table, { retentionMs: 0 })).rejects.toMatchObject({
      code: "VACUUM_RETENTION_SHORT",
      message: expect.stringContaining("168 hours"),
    });
    const report = await vacuumTable(table, { retentionMs: 0, acceptShortRetention: true });
    expect(report.deleted.files).toBe(2);
  });

  it("leaves the files of attempts under way alone, whatever their age, and takes those of terminal ones", async () => {
    const { table, store, clock } = await emptied();
    for (const attempt of ["running", "over"])
      await store.put(`raw/t/data/run=${attempt}/P=a/part.parquet`, new Uint8Array(3));
    clock.advance(365 * dayMs);
    const first = await vacuumTable(table, { dryRun: true });
    expect(first.plan.unnamed.map(({ attemptId }) => attemptId)).toEqual(["over", "running"]);
    const report = await vacuumTable(table, { terminalAttempts: ["over"] });
    expect(report.plan.deletes.map(({ reason }) => reason).sort()).toEqual(["orphan", "removed", "removed"]);
    expect(await dataKeys(store)).toEqual(["raw/t/data/run=running/P=a/part.parquet"]);
  });

  it("does not take a live file of an attempt that is over", async () => {
    const { table, open } = await emptied();
    await append(table, [[3n, 1n, "a", "three"]]);
    const attempts = [...(await mustSnapshot(table)).files.keys()].map((path) => path.split("/")[1]?.slice(4) ?? "");
    await vacuumTable(open(5), { terminalAttempts: attempts });
    expect(await rowsOf(table)).toHaveLength(1);
  });

  it("leaves a file that a restore brings back between its plan and its deletes", async () => {
    const { table, clock, open } = await emptied();
    clock.advance(30 * dayMs);
    const other = open(7);
    let looks = 0;
    const racing = {
      ...table,
      snapshot: async (...args: Parameters<typeof table.snapshot>) => {
        // The first two looks are for the plan.
        if (++looks === 3) expect(await restoreTable(other, { version: 1 })).toMatchObject({ status: "restored" });
        return table.snapshot(...args);
      },
    };
    const report = await vacuumTable(racing);
    expect(report.deleted).toMatchObject({ files: 0, revived: 2 });
    expect(await rowsOf(table)).toHaveLength(2);
  });

  it("takes what a compaction replaced, once it is past retention", async () => {
    const { open, store, clock } = datedTable();
    const table = open();
    for (const id of [1n, 2n, 3n]) await append(table, [[id, 1n, "a", "x"]]);
    await compactTable(table);
    expect(await dataKeys(store)).toHaveLength(4);
    clock.advance(8 * dayMs);
    await vacuumTable(table);
    expect(await dataKeys(store)).toHaveLength(1);
    expect(await rowsOf(table)).toHaveLength(3);
  });

  it("finds removals that a checkpoint has forgotten, for the log's entries still tell of them", async () => {
    const { table, clock, store, open } = await emptied();
    clock.advance(8 * dayMs);
    for (let id = 0; id < 9; id++) await append(table, [[BigInt(id), 1n, "b", "x"]]);
    const reopened = open(4);
    expect((await mustSnapshot(reopened)).tombstones.size).toBe(0);
    expect(await store.head("raw/t/_delta_log/00000000000000000010.checkpoint.parquet")).toBeDefined();
    expect((await vacuumTable(reopened)).deleted.files).toBe(2);
    expect(await rowsOf(reopened)).toHaveLength(9);
  });

  it("finds removed files by their age when the log was cleaned of their removal, and takes no younger one", async () => {
    const { table, clock, store, open } = await emptied();
    clock.advance(31 * dayMs);
    const hidden = ["_change_data/c.parquet", "data/run=abandoned/.part.parquet.crc"];
    for (const path of ["data/run=abandoned/P=a/part.parquet", ...hidden])
      await store.put(`raw/t/${path}`, new Uint8Array(3));
    clock.advance(1);
    for (let id = 0; id < 17; id++) await append(table, [[BigInt(id), 1n, "b", "x"]]);
    clock.advance(1);
    await store.put("raw/t/data/run=young/P=a/part.parquet", new Uint8Array(3));
    clock.advance(31 * dayMs);
    await append(table, [[17n, 1n, "b", "x"]]);
    // Version 20 is due for a checkpoint, and the cleaning that follows reaches version 10.
    await append(table, [[18n, 1n, "b", "x"]]);
    await table.cleanLog();
    expect(await store.head("raw/t/_delta_log/00000000000000000002.json")).toBeUndefined();
    const reopened = open(4);
    expect((await mustSnapshot(reopened)).tombstones.size).toBe(0);
    const oldest = (await entriesOf(reopened))[0];
    expect(oldest?.version).toBe(10);
    const before = await rowsOf(reopened);
    const { plan, deleted } = await vacuumTable(reopened);
    expect(plan.deletes.map(({ reason }) => reason)).toEqual(["forgotten", "forgotten", "forgotten"]);
    expect(deleted.files).toBe(3);
    expect(plan.unnamed.map(({ attemptId }) => attemptId)).toEqual(["young"]);
    for (const path of hidden) expect(await store.head(`raw/t/${path}`)).toBeDefined();
    expect(await rowsOf(reopened)).toEqual(before);
  });

  it("knows a removal from the checkpoint alone while it tells of it", async () => {
    const { clock, open } = datedTable();
    const table = open();
    await createWith(table, { "delta.logRetentionDuration": "interval 1 day", "delta.checkpointInterval": "2" });
    await append(table, [[1n, 1n, "a", "x"]]);
    await table.commit(planOverwrite(await mustSnapshot(table), [], clock.nowMs()));
    for (let id = 0; id < 4; id++) {
      clock.advance(dayMs);
      await append(table, [[BigInt(id), 1n, "b", "x"]]);
    }
    await table.cleanLog();
    expect((await entriesOf(table))[0]?.version).toBeGreaterThan(2);
    const { plan } = await vacuumTable(open(4), { dryRun: true });
    expect([plan.deletes.length, plan.retained.length, plan.unnamed.length]).toEqual([0, 1, 0]);
  });

  it.each([2, 3])("lists before it reads the log, so that what is committed after look %i is named", async (look) => {
    const { clock, store, open } = datedTable();
    const writer = open();
    await append(writer, [[1n, 1n, "a", "x"]]);
    let lists = 0;
    const interrupted: ObjectStore = {
      ...store,
      async *list(prefix, options) {
        yield* store.list(prefix, options);
        // The first is for the retention; then come the files, the entries and the state.
        if (++lists === look) await append(writer, [[2n, 1n, "a", "y"]]);
      },
    };
    const table = openDeltaTable({ store: interrupted, path: "raw/t", clock, random: seededRandom(2) });
    const { plan, version } = await vacuumTable(table, { dryRun: true });
    expect([version, plan.unnamed]).toEqual([1, []]);
  });

  it("keeps unnamed files that are older than the log's oldest entry until they are past retention", async () => {
    const { clock, store, open } = datedTable();
    const table = open();
    const kept = { "delta.logRetentionDuration": "interval 1 day", "delta.checkpointInterval": "2" };
    await createWith(table, kept);
    await store.put("raw/t/data/run=slow/P=a/part.parquet", new Uint8Array(3));
    clock.advance(2 * dayMs);
    for (let id = 0; id < 4; id++) {
      await append(table, [[BigInt(id), 1n, "b", "x"]]);
      clock.advance(dayMs);
    }
    await table.cleanLog();
    expect((await entriesOf(table))[0]?.version).toBeGreaterThan(0);
    expect((await vacuumTable(table, { dryRun: true })).plan.deletes).toEqual([]);
    clock.advance(2 * dayMs);
    const late = await vacuumTable(table, { dryRun: true });
    expect(late.plan.deletes.map(({ path }) => path)).toEqual(["data/run=slow/P=a/part.parquet"]);
  });
});

async function createWith(table: DeltaTable, configuration: Readonly<Record<string, string>>): Promise<void> {
  const { fields: of, partitionColumns } = planTableLayout(fields, [byP]);
  await table.commit(planCreateTable({ id: "t", fields: of, partitionColumns, configuration, createdAtMs: 0 }));
}

/** The log's entries, the oldest first. */
async function entriesOf(table: DeltaTable): Promise<readonly { readonly version: number }[]> {
  const entries = [];
  for await (const entry of table.history()) entries.unshift(entry);
  return entries;
}
