import type { Binder } from "../bind/binder.ts";
import type { CatalogTable, CatalogView, TableConstraint } from "../catalog/catalog.ts";
import type { Show } from "../syntax/statement-tree.ts";
import { type VirtualCell, virtualColumns } from "./rows.ts";
import { created, type Listing, objectsIn } from "./show-scope.ts";

export function listKeys(show: Show, list: readonly (CatalogTable | CatalogView)[]): Listing {
  const columns =
    virtualColumns(`    created_on:moment,     database_name,     schema_name,     table_name,     column_name,
        key_sequence:count,     constraint_name,     rely,     comment`);
  const kind: TableConstraint["kind"] = show.object === "PRIMARY KEYS" ? "PRIMARY KEY" : "UNIQUE";
  const rows = list.flatMap((object) =>
    object.kind === "table"
      ? object.constraints
          .filter((one) => one.kind === kind)
          .flatMap((one) =>
            one.columns.map((column, index): readonly VirtualCell[] => [
              created(object),
              object.database,
              object.schema,
              object.name,
              column,
              index + 1,
              one.name,
              "false",
              null,
            ]),
          )
      : [],
  );
  return [columns, rows, 3];
}

export function listForeignKeys(show: Show, binder: Binder): Listing {
  const columns =
    virtualColumns(`    created_on:moment,     pk_database_name,     pk_schema_name,     pk_table_name,     pk_column_name,
        fk_database_name,     fk_schema_name,     fk_table_name,     fk_column_name,
        key_sequence:count,     update_rule,     delete_rule,     fk_name,     pk_name,     deferrability,
        rely,     comment`);
  const wanted = objectsIn(show, binder);
  const rows = binder.catalog.objects().flatMap((object) => {
    if (object.kind !== "table") return [];
    return object.constraints.flatMap((one) => {
      if (one.references === null) return [];
      const parent = binder.catalog.complete(
        { ...binder.session, database: object.database, schema: object.schema },
        one.references.path,
      );
      const side = show.object === "IMPORTED KEYS" ? [object.database, object.schema, object.name] : parent;
      if (!wanted.some((each) => each.database === side[0] && each.schema === side[1] && each.name === side[2]))
        return [];
      return one.columns.map((column, index): readonly VirtualCell[] => [
        created(object),
        ...parent,
        one.references?.columns[index] ?? null,
        object.database,
        object.schema,
        object.name,
        column,
        index + 1,
        "NO ACTION",
        "NO ACTION",
        one.name,
        null,
        "NOT DEFERRABLE",
        "false",
        null,
      ]);
    });
  });
  return [columns, rows, 7];
}
