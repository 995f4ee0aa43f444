import { planEvolveSchema, planOverwrite, readLaneMark } from "@snowmelt/lake/delta";
import { restoreTable, vacuumTable } from "@snowmelt/lake/maintain";
import { describe, expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { fields, merge } from "../merge-window.ts";
import { append, datedTable, dayMs, rowsOf } from "./dated-table.ts";

const live = "snowmelt/local/shop/orders/live";
const slice = "snowmelt/local/shop/orders/backfill/b1/0_9";

/** Three windows of the live lane, versions 0 to 2, each with a row. */
async function threeWindows() {
  const dated = datedTable();
  const table = dated.open();
  for (const n of [1, 2, 3]) {
    const rows = [[BigInt(n), BigInt(n), "a", `window ${n}`] as const];
    const lanes = [{ appId: live, n, hi: BigInt(n * 100), marks: { readBy: 7n, fingerprint: BigInt(n) } }];
    const outcome = await merge(table, { rows, snapshotMicros: BigInt(n) }, { lanes });
    if (outcome.status !== "committed") throw new Error(JSON.stringify(outcome));
  }
  return { ...dated, table };
}

describe("restore", () => {
  it("writes the live lane's n+1 with the restored version's window end, and says what will be read again", async () => {
    const { table } = await threeWindows();
    const outcome = await restoreTable(table, { version: 0 });
    expect(outcome).toMatchObject({
      status: "restored",
      version: 3,
      plan: { effects: [{ appId: live, n: 4, hi: 100n, previousHi: 300n, effect: "readAgain" }] },
    });
    expect(await rowsOf(table)).toEqual([[1n, 1n, "a", "window 1"]]);
    expect(await table.lane(live)).toMatchObject({ n: 4, hi: 100n });
    expect(await rowsOf(table, { version: 2 })).toHaveLength(3);
  });

  it("makes a window that was under way meet a gap", async () => {
    const { table } = await threeWindows();
    const planned = await table.snapshot();
    await restoreTable(table, { version: 0 });
    const window = { rows: [[4n, 4n, "a", "late"] as const], snapshotMicros: 4n };
    const lanes = [{ appId: live, n: 4, hi: 400n }];
    expect(await merge(table, window, { lanes, planned })).toMatchObject({ status: "conflict", reason: "lane" });
    expect(await rowsOf(table)).toHaveLength(1);
  });

  it("moves the lane on also where no window is undone, for windows under way were planned upon what goes", async () => {
    const { table } = await threeWindows();
    await table.commit(planOverwrite(await mustSnapshot(table), [], 1));
    expect(await restoreTable(table, { version: 2 })).toMatchObject({
      plan: { effects: [{ n: 4, hi: 300n, effect: "unchanged" }] },
    });
    expect(await table.lane(live)).toMatchObject({ n: 4, hi: 300n });
    expect(await rowsOf(table)).toHaveLength(3);
  });

  it("does not let a slice that it rolled back look done", async () => {
    const { table } = await threeWindows();
    const planned = await table.snapshot();
    const window = { rows: [[9n, 0n, "a", "backfilled"] as const], snapshotMicros: 9n };
    const lanes = [{ appId: slice, n: 1, hi: 9n, marks: { readBy: 7n } }];
    expect(await merge(table, window, { lanes })).toMatchObject({ status: "committed" });
    const outcome = await restoreTable(table, { version: 2 });
    expect(outcome).toMatchObject({
      plan: { effects: [{ effect: "unchanged" }, { appId: slice, effect: "rolledBack" }] },
    });
    expect(await merge(table, window, { lanes, planned })).toMatchObject({ status: "conflict", reason: "lane" });
    expect(readLaneMark(await mustSnapshot(table), slice, "readBy")).toBeUndefined();
  });

  it("keeps by what the lane was read, and not the fingerprint, which would skip the refresh", async () => {
    const { table } = await threeWindows();
    await restoreTable(table, { version: 0 });
    const snapshot = await mustSnapshot(table);
    expect(readLaneMark(snapshot, live, "readBy")).toBe(7n);
    expect(readLaneMark(snapshot, live, "fingerprint")).toBeUndefined();
  });

  it("refuses a version before the lane's first window, for what was read then is not known", async () => {
    const { open } = datedTable();
    const table = open();
    await append(table, [[1n, 1n, "a", "by hand"]]);
    await merge(table, { rows: [[2n, 2n, "a", "x"]], snapshotMicros: 2n }, { lanes: [{ appId: live, n: 1, hi: 1n }] });
    await expect(restoreTable(table, { version: 0 })).rejects.toMatchObject({ code: "RESTORE_REFUSED" });
  });

  it("checks that every file is still there before it writes anything", async () => {
    const { table, clock } = await threeWindows();
    await table.commit(planOverwrite(await mustSnapshot(table), [], clock.nowMs()));
    clock.advance(8 * dayMs);
    await vacuumTable(table);
    await expect(restoreTable(table, { version: 1 })).rejects.toMatchObject({
      code: "RESTORE_REFUSED",
      message: expect.stringContaining("2 of the 2 files of version 1"),
    });
    expect((await mustSnapshot(table)).version).toBe(3);
  });

  it("is a conflict when someone appends meanwhile: what came is not undone", async () => {
    const { table, open } = await threeWindows();
    const other = open(8);
    const racing = {
      ...table,
      commit: async (...args: Parameters<typeof table.commit>) => {
        await append(other, [[50n, 1n, "a", "appended"]]);
        return table.commit(...args);
      },
    };
    expect(await restoreTable(racing, { version: 0 })).toMatchObject({ status: "conflict", reason: "filesChanged" });
    expect(await rowsOf(table)).toHaveLength(4);
  });

  it("brings the columns of the version back with it", async () => {
    const { table } = await threeWindows();
    const wider = [...fields, { name: "NEW", type: { kind: "int32" }, nullable: true } as const];
    await table.commit(planEvolveSchema(await mustSnapshot(table), wider));
    expect((await rowsOf(table))[0]).toHaveLength(5);
    expect(await restoreTable(table, { version: 2 })).toMatchObject({ status: "restored" });
    expect((await rowsOf(table))[0]).toHaveLength(4);
  });

  it("writes nothing for a dry run, nor where nothing differs", async () => {
    const { table } = await threeWindows();
    expect(await restoreTable(table, { version: 0, dryRun: true })).toMatchObject({ status: "planned" });
    expect(await restoreTable(table, { version: 2 })).toMatchObject({ status: "unchanged" });
    expect((await mustSnapshot(table)).version).toBe(2);
  });
});
