import { isSnowmeltError } from "@snowmelt/core/errors";
import { toDeltaFields } from "@snowmelt/lake/delta";
import { checkPlainCatalog } from "@snowmelt/lake/plain";
import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import type { CatalogPlace } from "./catalog-place.ts";
import { projectionOf } from "./catalog-projection.ts";
import type { PlannedDataset } from "./pipeline-plan.ts";

/**
 * Told before anything is landed: what a catalog cannot have of the dataset. A run lands it all the same, and its catalog entry
 * is stale.
 */
export async function catalogNotices(
  inspected: Pick<InspectedDataset, "dataset" | "layout" | "tableFields">,
  { database, table: name }: CatalogPlace,
): Promise<PlannedDataset["notices"]> {
  const { dataset, layout, tableFields } = inspected;
  // Any place will do: where the table is decides nothing here.
  const request = { database, name, location: "s3://lake/table" };
  try {
    if (dataset.land.kind === "parquet") {
      const columns = [...layout.fields];
      const partitionColumns = [...layout.partitionColumns];
      checkPlainCatalog({ columns, partitionColumns }, { ...request, ...projectionOf(dataset) });
    } else {
      const { planCatalogTable } = await import("@snowmelt/lake/glue");
      planCatalogTable({ ...request, fields: toDeltaFields(tableFields), format: { kind: "delta" } });
    }
    return [];
  } catch (error) {
    if (!isSnowmeltError(error) || !error.code.startsWith("GLUE_")) throw error;
    return [
      {
        code: "CATALOG_REFUSES",
        message: `The catalog cannot have ${database}.${name}: ${error.message} A run lands the table all the same, and no query finds it by the catalog.`,
      },
    ];
  }
}
