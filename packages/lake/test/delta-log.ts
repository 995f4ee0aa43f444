import { manualClock, memoryObjectStore, type ObjectStore, seededRandom } from "@snowmelt/core/ports";
import type { Field } from "@snowmelt/core/types";
import {
  type AddFile,
  type DeltaTable,
  encodeDataPath,
  openDeltaTable,
  planCreateTable,
  type Snapshot,
} from "@snowmelt/lake/delta";

export const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "P", type: { kind: "string" }, nullable: true },
];

export function openTable(store: ObjectStore = memoryObjectStore(), seed = 1): DeltaTable {
  return openDeltaTable({ store, path: "raw/t", clock: manualClock(1_763_880_000_000), random: seededRandom(seed) });
}

/** Puts an object of a few bytes and gives the action that adds it. */
export async function putFile(table: DeltaTable, key: string, partition: string | null = null): Promise<AddFile> {
  const body = new TextEncoder().encode(key);
  await table.store.put(`${table.path}/${key}`, body);
  return addOf(key, body.byteLength, partition);
}

export function addOf(key: string, size: number, partition: string | null = null): AddFile {
  return {
    path: encodeDataPath(key),
    partitionValues: { P: partition },
    size,
    modificationTime: 1_763_880_000_000,
    dataChange: true,
    stats: '{"numRecords":1}',
  };
}

export async function createTable(
  table: DeltaTable,
  files: readonly AddFile[] = [],
  partitionColumns: readonly string[] = ["P"],
): Promise<void> {
  const plan = planCreateTable({
    id: "6ba7b810",
    fields,
    partitionColumns,
    createdAtMs: 1_763_880_000_000,
    files,
  });
  const outcome = await table.commit(plan);
  if (outcome.status !== "committed") throw new Error(`the table was not created: ${outcome.status}`);
}

export async function liveKeys(table: DeltaTable): Promise<string[]> {
  return [...((await table.snapshot())?.files.keys() ?? [])].sort();
}

export async function mustSnapshot(table: DeltaTable) {
  const snapshot = await table.snapshot();
  if (!snapshot) throw new Error("there is no table");
  return snapshot;
}

/** A snapshot as plain data in one order, whichever way it was read. A field that is null is as one that is absent. */
export function plainSnapshot(snapshot: Snapshot | undefined) {
  if (!snapshot) return undefined;
  const { files, tombstones, txns, metaData, protocol, ...rest } = snapshot;
  const sorted = <V>(map: ReadonlyMap<string, V>): [string, V][] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const present = <T extends object>(record: T) =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined));
  return {
    ...rest,
    metaData: present(metaData),
    protocol: present(protocol),
    files: sorted(files).map(([key, add]) => [key, present(add)] as const),
    tombstones: sorted(tombstones),
    txns: sorted(txns),
  };
}
