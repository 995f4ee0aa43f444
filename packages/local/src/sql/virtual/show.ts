import type { Binder, BoundQuery } from "../bind/binder.ts";
import type { Show } from "../syntax/statement-tree.ts";
import type { Versions } from "../versions.ts";
import { relationOf, virtualColumns } from "./rows.ts";
import { listDatabases, listParameters, listSchemas, listVariables, listWarehouses } from "./show-containers.ts";
import { listForeignKeys, listKeys } from "./show-keys.ts";
import { listColumns, listObjects, listTables, listViews } from "./show-objects.ts";
import { type Listing, objectsIn } from "./show-scope.ts";
import { listIntegrations, listStages } from "./show-stages.ts";

/** The answer to SHOW: lower-case columns, filtered by LIKE, STARTS WITH and LIMIT. */
export function showRelation(show: Show, binder: Binder, versions: Versions): BoundQuery {
  const [columns, rows, nameColumn] = listing(show, binder, versions);
  const pattern = show.like === null ? null : likePattern(show.like);
  const named = rows.filter((row) => {
    const name = String(row[nameColumn] ?? "");
    if (pattern !== null && !pattern.test(name)) return false;
    return show.startsWith === null || name.startsWith(show.startsWith);
  });
  const from =
    show.fromName === null ? named : named.filter((row) => String(row[nameColumn] ?? "") > (show.fromName ?? ""));
  return relationOf(columns, show.limit === null ? from : from.slice(0, show.limit));
}

/** LIKE of SHOW ignores case. */
function likePattern(like: string): RegExp {
  const body = [...like.replaceAll("\\_", "\0")]
    .map((char) => (char === "%" ? ".*" : char === "_" ? "." : char.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${body.replaceAll("\0", "_")}$`, "is");
}

function listing(show: Show, binder: Binder, versions: Versions): Listing {
  switch (show.object) {
    case "TABLES":
      return listTables(objectsIn(show, binder).filter((object) => object.kind === "table"));
    case "VIEWS":
      return listViews(objectsIn(show, binder).filter((object) => object.kind === "view"));
    case "OBJECTS":
      return listObjects(objectsIn(show, binder));
    case "COLUMNS":
      return listColumns(objectsIn(show, binder));
    case "SCHEMAS":
      return listSchemas(show, binder);
    case "DATABASES":
      return listDatabases(binder);
    case "WAREHOUSES":
      return listWarehouses(binder);
    case "PRIMARY KEYS":
    case "UNIQUE KEYS":
      return listKeys(show, objectsIn(show, binder));
    case "IMPORTED KEYS":
    case "EXPORTED KEYS":
      return listForeignKeys(show, binder);
    case "PARAMETERS":
      return listParameters(binder);
    case "STAGES":
      return listStages(show, binder);
    case "STORAGE INTEGRATIONS":
    case "INTEGRATIONS":
      return listIntegrations(binder);
    case "VARIABLES":
      return listVariables(binder, versions);
    default:
      return [
        virtualColumns(`          created_on:moment,           name,           database_name,           schema_name,
              comment`),
        [],
        1,
      ];
  }
}
