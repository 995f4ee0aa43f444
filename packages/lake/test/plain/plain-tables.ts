import { type Clock, manualClock, memoryObjectStore, type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import type { Field, PartitionTransform, Value } from "@snowmelt/core/types";
import { type CommitOptions, landBatches, planTableLayout } from "@snowmelt/lake/delta";
import {
  openPlainTable,
  type PlainFile,
  type PlainPlan,
  type PlainSnapshot,
  type PlainTable,
  planPlainTable,
  readPlainTable,
  toPlainFile,
} from "@snowmelt/lake/plain";
import { toBatch, toRows } from "../table-rows.ts";

export const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "STATE", type: { kind: "string" }, nullable: true },
  { name: "AT", type: { kind: "time", unit: "us" }, nullable: true },
];
export const byState: readonly PartitionTransform[] = [{ kind: "identity", column: "STATE" }];

export function openTable(store: ObjectStore = memoryObjectStore(), seed = 1, clock: Clock = manualClock(1e12)) {
  return openPlainTable({ store, path: "raw/t", clock, random: seededRandom(seed) });
}

/** Lands rows of `fields` in the folder of a run. */
export async function landRun(
  table: PlainTable,
  attemptId: string,
  rows: readonly (readonly Value[])[],
  { of = fields, partitionBy = byState }: { of?: readonly Field[]; partitionBy?: readonly PartitionTransform[] } = {},
): Promise<readonly PlainFile[]> {
  const options = { table, layout: planTableLayout(of, partitionBy), attemptId, random: table.random };
  return (await landBatches([toBatch(of, rows)], options)).map((file) => toPlainFile(file, 7n));
}

export function planTable(files: readonly PlainFile[], partitionColumns = ["STATE"]): PlainPlan {
  return planPlainTable({ id: "id-1", name: "t", fields, partitionColumns, createdAtMs: 1, files });
}

/** A table of version 0, with these rows. */
export async function createTable(table: PlainTable, rows: readonly (readonly Value[])[], options?: CommitOptions) {
  const outcome = await table.commit(planTable(await landRun(table, "first", rows)), options);
  if (outcome.status !== "committed") throw new Error(`the table was not made: ${outcome.status}`);
}

export async function mustSnapshot(table: PlainTable): Promise<PlainSnapshot> {
  const snapshot = await table.snapshot();
  if (!snapshot) throw new Error("there is no table");
  return snapshot;
}

/** The first column of the live rows, in order. */
export async function liveIds(table: PlainTable, version?: number): Promise<number[]> {
  const ids: number[] = [];
  const at = version === undefined ? {} : { version };
  for await (const batch of readPlainTable(table, { columns: ["ID"], ...at }))
    ids.push(...toRows(batch).map(([id]) => Number(id)));
  return ids.sort((a, b) => a - b);
}

export async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}
