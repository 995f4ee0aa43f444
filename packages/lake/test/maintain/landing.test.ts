import { type DeltaTable, type LaneStep, planAppend } from "@snowmelt/lake/delta";
import { eraseRows, restoreTable } from "@snowmelt/lake/maintain";
import { describe, expect, it } from "vitest";
import { mustSnapshot } from "../delta-log.ts";
import { merge } from "../merge-window.ts";
import { append, datedTable, rowsOf } from "./dated-table.ts";

const live = "snowmelt/local/shop/orders/live";
const slice = "snowmelt/local/shop/orders/backfill/b1/0_9";
const landing = (appId: string, n: number, hi: bigint): { readonly lanes: readonly LaneStep[] } => ({
  lanes: [{ appId, n, hi, marks: { readBy: 7n, landed: BigInt(n) } }],
});

async function land(table: DeltaTable, id: bigint, step: ReturnType<typeof landing>) {
  return merge(table, { rows: [[id, id, "a", `row ${id}`]], snapshotMicros: id }, step);
}

async function landed(table: DeltaTable, id: bigint, step: ReturnType<typeof landing>): Promise<void> {
  expect(await land(table, id, step)).toMatchObject({ status: "committed" });
}

const ids = async (table: DeltaTable) => (await rowsOf(table)).map(([id]) => id);
const lost = { status: "conflict", reason: "lane", message: expect.stringContaining("another step than this landing") };

describe("a lane that is moved on to where a window under way would take it", () => {
  it("by a second restore of a slice does not tell the slice that its rows are there", async () => {
    const table = datedTable().open();
    await landed(table, 1n, landing(live, 1, 100n));
    await landed(table, 2n, landing(slice, 1, 9n));
    expect(await restoreTable(table, { version: 0 })).toMatchObject({ status: "restored" });
    const attempt = planAppend(await mustSnapshot(table), []);
    await landed(table, 3n, landing(live, 3, 120n));
    expect(await restoreTable(table, { version: 2 })).toMatchObject({ status: "restored" });
    expect(await table.lane(slice)).toMatchObject({ n: 3, hi: 9n });
    expect(await table.commit(attempt, landing(slice, 3, 9n))).toMatchObject(lost);
    expect(await land(table, 2n, landing(slice, 3, 9n))).toMatchObject(lost);
    await landed(table, 2n, landing(slice, 4, 9n));
    expect(await ids(table)).toEqual([1n, 2n]);
  });

  it("by an erasure does not tell a window that ends where it began that its rows are there", async () => {
    const table = datedTable().open();
    await append(table, [[1n, 1n, "a", "to be erased"]]);
    await landed(table, 2n, landing(live, 1, 100n));
    expect(await eraseRows(table, { keys: [{ ID: 1n }] })).toMatchObject({ status: "erased" });
    expect(await table.lane(live)).toMatchObject({ n: 2, hi: 100n });
    expect(await land(table, 3n, landing(live, 2, 100n))).toMatchObject(lost);
    await landed(table, 3n, landing(live, 3, 100n));
    expect(await ids(table)).toEqual([2n, 3n]);
  });

  it("by another attempt of the same window tells it that the window is there", async () => {
    const table = datedTable().open();
    await landed(table, 1n, landing(live, 1, 100n));
    await landed(table, 2n, landing(live, 2, 100n));
    expect(await land(table, 2n, landing(live, 2, 100n))).toEqual({ status: "alreadyCommitted", version: 1 });
    expect(await ids(table)).toEqual([1n, 2n]);
  });
});
