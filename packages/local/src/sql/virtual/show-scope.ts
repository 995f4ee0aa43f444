import type { Binder } from "../bind/binder.ts";
import type { CatalogTable, CatalogView } from "../catalog/catalog.ts";
import { unknownObject } from "../failures.ts";
import { printPath } from "../quote.ts";
import type { Show } from "../syntax/statement-tree.ts";
import type { VirtualCell, VirtualColumn } from "./rows.ts";

/** What a SHOW lists: its columns, its rows, and which column LIKE looks at. */
export type Listing = readonly [
  columns: readonly VirtualColumn[],
  rows: readonly (readonly VirtualCell[])[],
  nameColumn: number,
];

/** The tables and views in the scope: a table, a schema, a database, the account, or where the session is. */
export function objectsIn(show: Show, binder: Binder): readonly (CatalogTable | CatalogView)[] {
  const { catalog, session } = binder;
  const { scope } = show;
  if (scope?.kind === "account") return catalog.objects();
  if (scope?.kind === "table") {
    const found = catalog.find(session, scope.path);
    if (found === null) throw unknownObject(printPath(scope.path));
    return [found];
  }
  if (scope?.kind === "schema") {
    const database = scope.path.length > 1 ? (scope.path[0] ?? "") : (session.database ?? "");
    const schema = scope.path.at(-1) ?? "";
    if (schema !== "INFORMATION_SCHEMA" && !catalog.hasSchema(database, schema))
      throw unknownObject(printPath(scope.path), `Schema '${printPath(scope.path)}'`);
    return catalog.objects(database, schema);
  }
  if (scope?.kind === "database") {
    const database = scope.path.at(-1) ?? "";
    if (!catalog.hasDatabase(database))
      throw unknownObject(printPath(scope.path), `Database '${printPath(scope.path)}'`);
    return catalog.objects(database);
  }
  if (session.database === null) return catalog.objects();
  return session.schema === null
    ? catalog.objects(session.database)
    : catalog.objects(session.database, session.schema);
}

export function created(object: { readonly createdMicros: string }): VirtualCell {
  return { micros: BigInt(object.createdMicros) };
}
