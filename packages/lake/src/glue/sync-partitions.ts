import { isSnowmeltError } from "@snowmelt/core/errors";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { retry } from "@snowmelt/core/retry";
import type { CatalogTablePlan } from "./catalog-table.ts";
import type { GlueCatalog } from "./glue-calls.ts";
import { glueError } from "./glue-error.ts";
import { checkWanted, planPartitionChange, valuesKey, type WantedPartitions } from "./plan-partition-change.ts";
import { type FoundPartitions, findPartitions, listPartitions } from "./read-partitions.ts";
import { type SyncOptions, syncPolicy } from "./sync-catalog-table.ts";
import { failureText, type ItemFailure, writePartitions } from "./write-partitions.ts";

export type GluePartitions = Pick<
  GlueCatalog,
  "getPartitions" | "batchGetPartition" | "batchCreatePartition" | "batchUpdatePartition" | "batchDeletePartition"
>;

export interface SyncedPartitions {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  /** Put, and already there as they should be. */
  readonly unchanged: number;
}

/**
 * Makes the partitions of a Parquet table as wanted, with no write for those that are. It may be repeated, and several may
 * do it at once: a partition that another made or removed meanwhile is looked at again. With `remove: "others"` it lists
 * the whole table; otherwise it asks only for the partitions named.
 *
 * `glue` is one of `openGlue` or `patientCatalog`. An abort rejects; some partitions may have been written.
 * @throws GLUE_PARTITION_INVALID, GLUE_PARTITIONS_REFUSED, GLUE_ENTITY_MISSING for a table that is not there, RETRIES_EXHAUSTED
 */
export async function syncPartitions(
  glue: GluePartitions,
  table: CatalogTablePlan,
  wanted: WantedPartitions,
  options: SyncOptions = {},
): Promise<SyncedPartitions> {
  checkWanted(table, wanted);
  const { policy = syncPolicy, clock = systemClock, random = systemRandom, signal } = options;
  const total = { created: 0, updated: 0, deleted: 0, unchanged: 0 };
  let open = wanted;
  await retry(
    async () => {
      const change = planPartitionChange(table, open, await readPartitions(glue, table, open, signal));
      const written = await writePartitions(glue, table, change, signal);
      total.created += written.created;
      total.updated += written.updated;
      total.deleted += written.deleted;
      total.unchanged += change.unchanged;
      if (written.refused.length > 0) throw refused(table, written.refused);
      if (written.again.length === 0) return;
      open = stillOpen(open, written.again);
      throw glueError(
        "GLUE_CHANGED_MEANWHILE",
        `Not written yet: ${written.again.slice(0, 5).map(failureText).join("; ")}`,
      );
    },
    {
      what: `make the partitions of the Glue table ${table.database}.${table.name} equal to the lake's`,
      policy,
      clock,
      random,
      isRetryable: (error) => isSnowmeltError(error, "GLUE_CHANGED_MEANWHILE"),
      ...(signal ? { signal } : {}),
    },
  );
  return total;
}

function readPartitions(
  glue: GluePartitions,
  table: CatalogTablePlan,
  { put, remove = [] }: WantedPartitions,
  signal: AbortSignal | undefined,
): Promise<FoundPartitions> {
  if (remove === "others") return listPartitions(glue, table, signal);
  return findPartitions(glue, table, [...put.map(({ values }) => values), ...remove], signal);
}

/** The part of what was wanted that has to be looked at again. */
function stillOpen({ put, remove = [] }: WantedPartitions, again: readonly ItemFailure[]): WantedPartitions {
  const keys = new Set(again.map(({ values }) => valuesKey(values)));
  const puts = put.filter(({ values }) => keys.delete(valuesKey(values)));
  const removes = remove === "others" ? again.map(({ values }) => values) : remove;
  return { put: puts, remove: removes.filter((values) => keys.has(valuesKey(values))) };
}

function refused({ database, name }: CatalogTablePlan, failures: readonly ItemFailure[]): Error {
  const shown = failures.slice(0, 5).map(failureText).join("; ");
  const more = failures.length > 5 ? `; and ${failures.length - 5} more` : "";
  return glueError(
    "GLUE_PARTITIONS_REFUSED",
    `Glue refused ${failures.length} partitions of ${database}.${name}: ${shown}${more}. The others were written; repeat the run once that is mended.`,
    { details: { database, table: name, failures } },
  );
}
