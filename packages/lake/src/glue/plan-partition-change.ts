import type { Partition, PartitionInput } from "@aws-sdk/client-glue";
import { type CatalogPartition, type CatalogTablePlan, normalLocation } from "./catalog-table.ts";
import { glueError } from "./glue-error.ts";
import { comparableStorage, toStorageDescriptor } from "./plan-table-change.ts";

export interface WantedPartitions {
  /** To be there, at this place. */
  readonly put: readonly CatalogPartition[];
  /** Not to be there: their values, or `others` for every partition that is not put. @default none */
  readonly remove?: readonly (readonly string[])[] | "others";
}

/** Partitions by their values, which are the identity of a partition. */
export type ByValues<T> = ReadonlyMap<string, T>;

export interface PartitionChange {
  readonly create: readonly PartitionInput[];
  readonly update: readonly PartitionInput[];
  readonly remove: readonly (readonly string[])[];
  readonly unchanged: number;
}

export function valuesKey(values: readonly string[]): string {
  return JSON.stringify(values);
}

/** @throws GLUE_PARTITION_INVALID where a partition does not fit the table's keys, is named twice, or is put and removed. */
export function checkWanted(table: CatalogTablePlan, { put, remove = [] }: WantedPartitions): void {
  const keys = table.partitionKeys.map(({ Name }) => Name);
  const name = `${table.database}.${table.name}`;
  if (keys.length === 0)
    throw glueError(
      "GLUE_PARTITION_INVALID",
      `${name} has no partition keys, so no partitions can be registered: those of a Delta table stand in its log.`,
    );
  const seen = new Set<string>();
  for (const values of [...put.map((partition) => partition.values), ...(remove === "others" ? [] : remove)]) {
    const key = valuesKey(values);
    if (values.length !== keys.length)
      throw glueError(
        "GLUE_PARTITION_INVALID",
        `${key} is no partition of ${name}. Expected values of ${keys.join(", ")}.`,
      );
    if (seen.has(key)) throw glueError("GLUE_PARTITION_INVALID", `The partition ${key} of ${name} is named twice.`);
    seen.add(key);
  }
}

/**
 * What has to be written so that the catalog has the partitions that are wanted. A partition has the columns and formats of
 * its table: Athena reads it by its own. `unsure` are partitions that may be there.
 */
export function planPartitionChange(
  table: CatalogTablePlan,
  { put, remove = [] }: WantedPartitions,
  { existing, unsure }: { readonly existing: ByValues<Partition>; readonly unsure: ReadonlySet<string> },
): PartitionChange {
  const create: PartitionInput[] = [];
  const update: PartitionInput[] = [];
  for (const partition of put) {
    const input = toPartitionInput(table, partition);
    const found = existing.get(valuesKey(partition.values));
    if (found === undefined) create.push(input);
    else if (comparableStorage(found.StorageDescriptor) !== comparableStorage(input.StorageDescriptor))
      // An update replaces everything: what others noted at the partition stays.
      update.push({ ...(found.Parameters ? { Parameters: found.Parameters } : {}), ...input });
  }
  const wanted = new Set(put.map(({ values }) => valuesKey(values)));
  const gone =
    remove === "others"
      ? [...existing].flatMap(([key, { Values }]) => (wanted.has(key) ? [] : [Values ?? []]))
      : remove.filter((values) => existing.has(valuesKey(values)) || unsure.has(valuesKey(values)));
  return { create, update, remove: gone, unchanged: put.length - create.length - update.length };
}

function toPartitionInput(table: CatalogTablePlan, { values, location }: CatalogPartition): PartitionInput {
  return {
    Values: [...values],
    StorageDescriptor: { ...toStorageDescriptor(table.storage), Location: normalLocation(location) },
  };
}
