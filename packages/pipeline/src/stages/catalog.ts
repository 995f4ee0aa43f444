import { parseSchemaString, type Snapshot } from "@snowmelt/lake/delta";
import type { CatalogTablePlan } from "@snowmelt/lake/glue";
import type { CatalogEntry } from "../manifest.ts";
import { catalogPlace } from "../plan/catalog-place.ts";
import { type DatasetRecord, failureOf } from "../run/dataset-record.ts";
import type { RunContext } from "../run/run-context.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

/**
 * Makes the catalog's table equal to the log, where the lake has a catalog and the table is there. Never throws: what is
 * committed stays committed, and the entry says `stale`, with why. Every run does it, also one that lands nothing, so the next
 * one repairs what this one could not.
 */
export async function catalogTable(
  context: Pick<RunContext, "catalog" | "clock" | "random" | "signal" | "logger">,
  inspected: Pick<InspectedDataset, "name" | "dataset" | "table">,
  record: DatasetRecord,
): Promise<void> {
  const { catalog, signal, logger } = context;
  if (!catalog) return;
  const place = catalogPlace(catalog.databasePrefix, inspected.name, inspected.dataset);
  try {
    const entry = await record.stage("catalog", async (): Promise<CatalogEntry | null> => {
      const snapshot = await inspected.table.snapshot({ signal });
      if (!snapshot) return null;
      const { planCatalogTable, syncCatalogTable } = await import("@snowmelt/lake/glue");
      const plan: CatalogTablePlan = planCatalogTable({
        database: place.database,
        name: place.table,
        location: tableLocation(inspected),
        fields: logFields(snapshot),
        format: { kind: "delta" },
      });
      const { clock, random } = context;
      const synced = await syncCatalogTable(catalog.glue, plan, { clock, random, signal });
      const droppedColumns = synced.status === "updated" ? [...synced.droppedColumns] : [];
      return { ...place, status: synced.status, droppedColumns, failure: null };
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

const logFields = ({ metaData }: Snapshot) => parseSchemaString(metaData.schemaString);

const tableLocation = ({ table }: Pick<InspectedDataset, "table">): string => `${table.store.uri}/${table.path}`;
