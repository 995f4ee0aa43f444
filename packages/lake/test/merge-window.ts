import { seededRandom } from "@snowmelt/core/ports";
import type { Field, PartitionTransform, Value } from "@snowmelt/core/types";
import {
  type DeltaTable,
  landBatches,
  type MergeLandedOptions,
  mergeLanded,
  planTableLayout,
} from "@snowmelt/lake/delta";
import { tableRows, toBatch } from "./table-rows.ts";

export const fields: readonly Field[] = [
  { name: "ID", type: { kind: "int64" }, nullable: false },
  { name: "CURSOR", type: { kind: "int64" }, nullable: true },
  { name: "P", type: { kind: "string" }, nullable: true },
  { name: "V", type: { kind: "string" }, nullable: true },
];
export const byP: PartitionTransform = { kind: "identity", column: "P" };
let attempts = 0;

export interface Window {
  readonly rows: readonly (readonly Value[])[];
  readonly snapshotMicros: bigint;
  readonly n?: number;
  readonly hi?: bigint;
}

export async function merge(table: DeltaTable, window: Window, options: Partial<MergeLandedOptions> = {}) {
  const attemptId = `a${attempts++}`;
  const layout = planTableLayout(fields, [byP]);
  const random = seededRandom(attempts);
  const landed = await landBatches([toBatch(fields, window.rows)], { table, layout, attemptId, random });
  const { n, hi = 0n, snapshotMicros } = window;
  return mergeLanded(table, {
    landed,
    key: ["ID"],
    cursor: "CURSOR",
    snapshotMicros,
    attemptId,
    planned: await table.snapshot(),
    fields: layout.fields,
    partitionColumns: layout.partitionColumns,
    ...(n === undefined ? {} : { lanes: [{ appId: "live", n, hi }] }),
    ...options,
  });
}

export const sorted = async (table: DeltaTable) =>
  (await tableRows(table, fields)).toSorted((a, b) => Number(a[0]) - Number(b[0]));
