import type { Partition } from "@aws-sdk/client-glue";
import type { CatalogTablePlan } from "./catalog-table.ts";
import type { GlueCatalog } from "./glue-calls.ts";
import { cutBatches, glueLimits } from "./glue-limits.ts";
import { type ByValues, valuesKey } from "./plan-partition-change.ts";

export interface FoundPartitions {
  readonly existing: ByValues<Partition>;
  /** Asked for, and neither given nor known to be absent. */
  readonly unsure: ReadonlySet<string>;
}

/** Every partition of a table, page by page. */
export async function listPartitions(
  glue: Pick<GlueCatalog, "getPartitions">,
  { database, name }: CatalogTablePlan,
  signal?: AbortSignal,
): Promise<FoundPartitions> {
  const existing = new Map<string, Partition>();
  let token: string | undefined;
  do {
    const page = await glue.getPartitions(
      {
        DatabaseName: database,
        TableName: name,
        MaxResults: glueLimits.getPartitions,
        ...(token === undefined ? {} : { NextToken: token }),
      },
      signal,
    );
    for (const partition of page.Partitions ?? []) existing.set(valuesKey(partition.Values ?? []), partition);
    token = page.NextToken;
  } while (token !== undefined && token !== "");
  return { existing, unsure: new Set() };
}

/**
 * The partitions of these values. Glue may leave some keys unprocessed: they are asked for again as long as that brings
 * some. It says the same of keys that it does not have, so what is left is unsure.
 */
export async function findPartitions(
  glue: Pick<GlueCatalog, "batchGetPartition">,
  { database, name }: CatalogTablePlan,
  wanted: readonly (readonly string[])[],
  signal?: AbortSignal,
): Promise<FoundPartitions> {
  const existing = new Map<string, Partition>();
  const unsure = new Set<string>();
  for (const batch of cutBatches(wanted, glueLimits.batchGetPartition)) {
    let asked: readonly (readonly string[])[] = batch;
    while (asked.length > 0) {
      const answer = await glue.batchGetPartition(
        { DatabaseName: database, TableName: name, PartitionsToGet: asked.map((values) => ({ Values: [...values] })) },
        signal,
      );
      const found = answer.Partitions ?? [];
      for (const partition of found) existing.set(valuesKey(partition.Values ?? []), partition);
      const left = (answer.UnprocessedKeys ?? []).map(({ Values = [] }) => Values);
      if (found.length === 0) for (const values of left) unsure.add(valuesKey(values));
      asked = found.length === 0 ? [] : left;
    }
  }
  return { existing, unsure };
}
