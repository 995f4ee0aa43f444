import type { CatalogTable, CatalogView } from "../catalog/catalog.ts";
import { printPath } from "../quote.ts";
import type { LogicalType } from "../types/logical-type.ts";
import { type VirtualCell, virtualColumns } from "./rows.ts";
import { created, type Listing } from "./show-scope.ts";
import { bytesSql, rowCountSql } from "./table-facts.ts";

export function listTables(list: readonly CatalogTable[]): Listing {
  const columns =
    virtualColumns(`    created_on:moment,     name,     database_name,     schema_name,     kind,     comment,
        cluster_by,     rows:count,     bytes:count,     owner,     retention_time,
        automatic_clustering,     change_tracking,     is_external,     enable_schema_evolution,
        owner_role_type,     is_event,     budget,     is_hybrid,     is_iceberg,     is_dynamic,
        is_immutable`);
  const rows = list.map((table): readonly VirtualCell[] => [
    created(table),
    table.name,
    table.database,
    table.schema,
    table.transient ? "TRANSIENT" : "TABLE",
    table.comment ?? "",
    table.clusterBy ?? "",
    { sql: rowCountSql(table) },
    { sql: bytesSql(table) },
    table.owner,
    String(table.retentionDays),
    table.clusterBy === null ? "OFF" : "ON",
    table.changeTracking ? "ON" : "OFF",
    "N",
    "N",
    "ROLE",
    "N",
    null,
    "N",
    "N",
    "N",
    "N",
  ]);
  return [columns, rows, 1];
}

export function listViews(list: readonly CatalogView[]): Listing {
  const columns =
    virtualColumns(`    created_on:moment,     name,     reserved,     database_name,     schema_name,     owner,
        comment,     text,     is_secure,     is_materialized,     owner_role_type,     change_tracking`);
  const rows = list.map((view): readonly VirtualCell[] => [
    created(view),
    view.name,
    "",
    view.database,
    view.schema,
    view.owner,
    view.comment ?? "",
    `CREATE VIEW ${printPath([view.name])} AS ${view.text}`,
    "false",
    "false",
    "ROLE",
    "OFF",
  ]);
  return [columns, rows, 1];
}

export function listObjects(list: readonly (CatalogTable | CatalogView)[]): Listing {
  const columns =
    virtualColumns(`    created_on:moment,     name,     database_name,     schema_name,     kind,     comment,
        cluster_by,     rows:count,     bytes:count,     owner,     retention_time,     owner_role_type`);
  const rows = list.map((object): readonly VirtualCell[] => [
    created(object),
    object.name,
    object.database,
    object.schema,
    object.kind.toUpperCase(),
    object.comment ?? "",
    object.kind === "table" ? (object.clusterBy ?? "") : "",
    object.kind === "table" ? { sql: rowCountSql(object) } : null,
    object.kind === "table" ? { sql: bytesSql(object) } : null,
    object.owner,
    object.kind === "table" ? String(object.retentionDays) : null,
    "ROLE",
  ]);
  return [columns, rows, 1];
}

export function listColumns(list: readonly (CatalogTable | CatalogView)[]): Listing {
  const columns =
    virtualColumns(`    table_name,     schema_name,     column_name,     data_type, null?,     default,     kind,
        expression,     comment,     database_name,     autoincrement,     schema_evolution_record`);
  const rows = list.flatMap((object) =>
    object.columns.map((column): readonly VirtualCell[] => {
      const identity =
        "identity" in column && column.identity !== null
          ? `IDENTITY START ${column.identity.start} INCREMENT ${column.identity.increment} NOORDER`
          : "";
      const fallback = "default" in column ? (column.default ?? "") : "";
      return [
        object.name,
        object.schema,
        column.name,
        JSON.stringify(typeDocument(column.type, column.nullable)),
        column.nullable ? "true" : "NOT_NULL",
        fallback,
        "COLUMN",
        "",
        column.comment ?? "",
        object.database,
        identity,
        null,
      ];
    }),
  );
  return [columns, rows, 2];
}

/** The JSON that SHOW COLUMNS prints for a type. */
function typeDocument(type: LogicalType, nullable: boolean): Readonly<Record<string, unknown>> {
  switch (type.kind) {
    case "number":
      return { type: "FIXED", precision: type.precision, scale: type.scale, nullable };
    case "text":
      return {
        type: "TEXT",
        length: type.length,
        byteLength: Math.min(type.length * 4, 16_777_216),
        nullable,
        fixed: false,
      };
    case "binary":
      return { type: "BINARY", length: type.length, byteLength: type.length, nullable, fixed: false };
    case "time":
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return { type: type.kind.toUpperCase(), precision: 0, scale: type.scale, nullable };
    case "vector":
      return { type: "VECTOR", vectorElementType: type.element.toUpperCase(), dimension: type.dimension, nullable };
    default:
      return { type: type.kind.toUpperCase(), nullable };
  }
}
