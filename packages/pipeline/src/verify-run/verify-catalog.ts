import { isSnowmeltError } from "@snowmelt/core/errors";
import { parseSchemaString } from "@snowmelt/lake/delta";
import { verifyPlainCatalog } from "@snowmelt/lake/plain";
import { catalogPlace } from "../plan/catalog-place.ts";
import { projectionOf } from "../plan/catalog-projection.ts";
import type { InspectedSource } from "../stages/inspect-dataset.ts";
import type { LandedTable } from "./landed-table.ts";
import { compared, lakeChecks, notChecked } from "./rung-check.ts";
import type { RungCheck } from "./verification.ts";
import type { VerifyContext } from "./verify-context.ts";

const cannotHold: readonly string[] = ["GLUE_NAME_INVALID", "GLUE_TYPE_UNSUPPORTED", "PLAIN_FOLDER_SHARED"];

/** Holds the catalog's table against the log: location, columns, keys, how it is read, and a plain table's partitions. */
export async function verifyCatalog(
  { catalog, signal }: Pick<VerifyContext, "catalog" | "signal">,
  { name, dataset }: Pick<InspectedSource, "name" | "dataset">,
  { told, uri }: Pick<LandedTable, "told" | "uri">,
): Promise<RungCheck[]> {
  if (!catalog)
    return [notChecked("catalog", { name: "table", subject: name, because: "the environment has no catalog" })];
  const place = catalogPlace(catalog.databasePrefix, name, dataset);
  const { planCatalogTable, verifyCatalogTable } = await import("@snowmelt/lake/glue");
  const request = { database: place.database, name: place.table, location: uri, ...projectionOf(dataset) };
  try {
    if (told.kind === "plain") {
      const checks = await verifyPlainCatalog(catalog.glue, told.snapshot, { ...request, signal });
      return lakeChecks("catalog", { checks });
    }
    const fields = parseSchemaString(told.snapshot.metaData.schemaString);
    const plan = planCatalogTable({ ...request, fields, format: { kind: "delta" } });
    return lakeChecks("catalog", { checks: await verifyCatalogTable(catalog.glue, plan, { signal }) });
  } catch (error) {
    if (!isSnowmeltError(error) || !cannotHold.includes(error.code)) throw error;
    const subject = `${place.database}.${place.table}`;
    return [
      compared("catalog", { name: "table", subject, expected: "a table that Glue can hold", actual: error.message }),
    ];
  }
}
