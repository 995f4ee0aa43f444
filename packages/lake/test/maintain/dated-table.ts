import { manualClock, memoryObjectStore, type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import type { Field, Value } from "@snowmelt/core/types";
import {
  type DeltaTable,
  landBatches,
  openDeltaTable,
  planAppend,
  planCreateTable,
  planTableLayout,
  toAddFile,
} from "@snowmelt/lake/delta";
import { type ReadTableOptions, readTable } from "@snowmelt/lake/read";
import { byP, fields } from "../merge-window.ts";
import { toBatch, toRows } from "../table-rows.ts";

export const dayMs = 86_400_000;
export const startMs = Date.parse("2026-01-01T00:00:00Z");

/** A table in memory whose objects are as old as its clock says. */
export function datedTable() {
  const clock = manualClock(startMs);
  const store = memoryObjectStore("memory://lake", clock.nowMs);
  return { clock, store, open: (seed = 1) => openTable(store, clock, seed) };
}

function openTable(store: ObjectStore, clock: ReturnType<typeof manualClock>, seed: number): DeltaTable {
  return openDeltaTable({ store, path: "raw/t", clock, random: seededRandom(seed) });
}

export type Row = readonly [id: bigint, cursor: bigint | null, partition: string | null, value: string | null];

/** One commit with one file a partition. */
export async function append(table: DeltaTable, rows: readonly Row[], readAt = 1n, of: readonly Field[] = fields) {
  const layout = planTableLayout(of, [byP]);
  const attemptId = table.random.uuid();
  const landed = await landBatches([toBatch(of, rows)], { table, layout, attemptId, random: table.random });
  const files = landed.map((file) => toAddFile(file, readAt));
  const snapshot = await table.snapshot();
  const { partitionColumns } = layout;
  const plan = snapshot
    ? planAppend(snapshot, files)
    : planCreateTable({ id: "t", fields: of, partitionColumns, createdAtMs: table.clock.nowMs(), files });
  const outcome = await table.commit(plan);
  if (outcome.status !== "committed") throw new Error(JSON.stringify(outcome));
  return outcome.version;
}

/** Rows by their ID. */
export async function rowsOf(table: DeltaTable, options: ReadTableOptions = {}): Promise<Value[][]> {
  const rows: Value[][] = [];
  for await (const batch of readTable(table, options)) rows.push(...toRows(batch));
  return rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));
}

export async function dataKeys(store: ObjectStore): Promise<string[]> {
  const keys = [];
  for await (const { key } of store.list("raw/t/")) if (!key.includes("_delta_log")) keys.push(key);
  return keys;
}
