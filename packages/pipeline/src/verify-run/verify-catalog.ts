import { isSnowmeltError } from "@snowmelt/core/errors";
import { parseSchemaString, type Snapshot, tableUri } from "@snowmelt/lake/delta";
import { catalogPlace } from "../plan/catalog-place.ts";
import type { DeltaSource } from "./delta-source.ts";
import { compared, lakeChecks, notChecked } from "./rung-check.ts";
import type { RungCheck } from "./verification.ts";
import type { VerifyContext } from "./verify-context.ts";

/** Holds the catalog's table against the log: location, columns, keys and how it is read. */
export async function verifyCatalog(
  { catalog, signal }: Pick<VerifyContext, "catalog" | "signal">,
  { name, dataset, table }: Pick<DeltaSource, "name" | "dataset" | "table">,
  snapshot: Snapshot,
): Promise<RungCheck[]> {
  if (!catalog)
    return [notChecked("catalog", { name: "table", subject: name, because: "the environment has no catalog" })];
  const place = catalogPlace(catalog.databasePrefix, name, dataset);
  const { planCatalogTable, verifyCatalogTable } = await import("@snowmelt/lake/glue");
  try {
    const plan = planCatalogTable({
      database: place.database,
      name: place.table,
      location: tableUri(table),
      fields: parseSchemaString(snapshot.metaData.schemaString),
      format: { kind: "delta" },
    });
    return lakeChecks("catalog", { checks: await verifyCatalogTable(catalog.glue, plan, { signal }) });
  } catch (error) {
    if (!isSnowmeltError(error, "GLUE_NAME_INVALID") && !isSnowmeltError(error, "GLUE_TYPE_UNSUPPORTED")) throw error;
    const subject = `${place.database}.${place.table}`;
    return [
      compared("catalog", { name: "table", subject, expected: "a table that Glue can hold", actual: error.message }),
    ];
  }
}
