import type { GlueCatalog } from "../glue/glue-calls.ts";
import { type SyncedTable, type SyncOptions, syncCatalogTable } from "../glue/sync-catalog-table.ts";
import { type SyncedPartitions, syncPartitions } from "../glue/sync-partitions.ts";
import { lakeError } from "../lake-error.ts";
import type { PlainTable } from "./plain-table.ts";
import { type PlainCatalogPlan, type PlainCatalogRequest, planPlainCatalog } from "./plan-plain-catalog.ts";
import { listBelow } from "./sweep-plain.ts";

export interface SyncedPlainCatalog {
  /** The version that the catalog shows. */
  readonly version: number;
  readonly table: SyncedTable;
  /** Undefined where none are registered. */
  readonly partitions: SyncedPartitions | undefined;
}

/**
 * Makes the Glue catalog show the newest version; undefined when there is no table. Columns first, then the partitions, one
 * call a hundred: a query in between may see some partitions of this version and some of the one before, each of them whole.
 * A table without partitions, or with projected ones, is moved by one call. It may be repeated, and any number may do it at
 * once: who is overtaken by a commit begins again with that version.
 * @throws PLAIN_FOLDER_SHARED where a folder to be named holds other files, and what `syncCatalogTable` and `syncPartitions` throw
 */
export async function syncPlainCatalog(
  glue: GlueCatalog,
  table: PlainTable,
  request: PlainCatalogRequest,
  options: SyncOptions = {},
): Promise<SyncedPlainCatalog | undefined> {
  const { signal } = options;
  const given = signal ? { signal } : {};
  let snapshot = await table.snapshot(given);
  while (snapshot) {
    const plan = planPlainCatalog(snapshot, request);
    await refuseStrangers(table, plan, signal);
    const synced = await syncCatalogTable(glue, plan.table, options);
    const partitions =
      plan.partitions && (await syncPartitions(glue, plan.table, { put: plan.partitions, remove: "others" }, options));
    const newest = await table.snapshot(given);
    if (newest?.commitId === snapshot.commitId) return { version: snapshot.version, table: synced, partitions };
    snapshot = newest;
  }
  return undefined;
}

/** An engine that reads a folder reads every file of it, but for hidden ones. */
async function refuseStrangers(
  table: PlainTable,
  { folders }: PlainCatalogPlan,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [folder, live] of folders) {
    const known = new Set(live);
    const objects = await listBelow(table, `${folder}/`, signal);
    const stranger = objects.find(({ path }) => !known.has(path) && !/\/[_.][^/]*$/.test(path));
    if (stranger === undefined) continue;
    throw lakeError(
      "PLAIN_FOLDER_SHARED",
      `${stranger.path} lies in a folder that the catalog is to name, and is no live file of the table: queries would read it. Move it away and repeat.`,
      { details: { path: stranger.path, folder } },
    );
  }
}
