import { parseSchemaString } from "@snowmelt/lake/delta";
import type { GlueCatalog, SyncedTable } from "@snowmelt/lake/glue";
import { syncPlainCatalog } from "@snowmelt/lake/plain";
import { isPlainTable } from "../lake/dataset-table.ts";
import type { CatalogEntry } from "../manifest.ts";
import { type CatalogPlace, catalogPlace } from "../plan/catalog-place.ts";
import { projectionOf } from "../plan/catalog-projection.ts";
import { failureOf } from "../run/dataset-record.ts";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

/**
 * Makes the catalog's table equal to the log, where the lake has a catalog and the table is there. Never throws: what is
 * committed stays committed, and the entry says `stale`, with why. Every run does it, also one that lands nothing, so the next
 * one repairs what this one could not.
 */
export async function catalogTable(
  context: Pick<RunContext, "catalog" | "clock" | "random" | "signal" | "logger">,
  inspected: Pick<InspectedDataset, "name" | "dataset" | "table">,
  record: StageRecord,
): Promise<void> {
  const { catalog, logger } = context;
  if (!catalog) return;
  const place = catalogPlace(catalog.databasePrefix, inspected.name, inspected.dataset);
  try {
    const entry = await record.stage("catalog", async (): Promise<CatalogEntry | null> => {
      const synced = await syncTable({ ...context, glue: catalog.glue }, inspected, place);
      return synced && { ...place, ...synced, failure: null };
    });
    record.note({ catalog: entry });
  } catch (error) {
    const failure = failureOf(error, "catalog");
    logger.log("error", "the catalog is not equal to the lake", { dataset: inspected.name, error: failure.message });
    record.note({ catalog: { ...place, status: "stale", droppedColumns: [], failure } });
    record.notice(
      "CATALOG_STALE",
      `The catalog's table ${place.database}.${place.table} is not equal to the lake's: ${failure.message} What is committed stays; the next run tries again.`,
    );
  }
}

type Synced = Pick<CatalogEntry, "status" | "droppedColumns">;

/** Null where there is no table yet. AWS code is loaded here alone. */
async function syncTable(
  { glue, clock, random, signal }: Pick<RunContext, "clock" | "random" | "signal"> & { readonly glue: GlueCatalog },
  { table, dataset }: Pick<InspectedDataset, "table" | "dataset">,
  { database, table: name }: CatalogPlace,
): Promise<Synced | null> {
  const location = `${table.store.uri}/${table.path}`;
  const options = { clock, random, signal };
  if (isPlainTable(table)) {
    const request = { database, name, location, ...projectionOf(dataset) };
    const synced = await syncPlainCatalog(glue, table, request, options);
    if (!synced) return null;
    const { created = 0, updated = 0, deleted = 0 } = synced.partitions ?? {};
    const moved = created + updated + deleted > 0;
    return { ...toEntry(synced.table), ...(moved && synced.table.status === "unchanged" ? { status: "updated" } : {}) };
  }
  const first = await table.snapshot({ signal });
  if (!first) return null;
  const { planCatalogTable, syncCatalogTable } = await import("@snowmelt/lake/glue");
  // The log is read after the catalog: a run that sleeps in between must not put back what a newer one has changed.
  const read = async () => {
    const { metaData } = (await table.snapshot({ signal })) ?? first;
    const fields = parseSchemaString(metaData.schemaString);
    return planCatalogTable({ database, name, location, fields, format: { kind: "delta" } });
  };
  return toEntry(await syncCatalogTable(glue, { database, name, read }, options));
}

const toEntry = (synced: SyncedTable): Synced => ({
  status: synced.status,
  droppedColumns: synced.status === "updated" ? [...synced.droppedColumns] : [],
});
