import type { CatalogTable } from "../catalog/catalog.ts";
import { OPEN_VERSION } from "../time-travel.ts";
import type { LogicalType } from "../types/logical-type.ts";
import type { Versions } from "../versions.ts";

/** SQL that counts a table's rows. */
export function rowCountSql(table: CatalogTable): string {
  return `(SELECT count(*) FROM ${table.physical} WHERE valid_to = ${OPEN_VERSION})`;
}

/** SQL of an estimate of a table's bytes: rows times a width by type. Snowflake's own figure is of compressed storage. */
export function bytesSql(table: CatalogTable): string {
  return `${rowCountSql(table)} * ${table.columns.reduce((sum, column) => sum + width(column.type), 0)}`;
}

function width(type: LogicalType): number {
  if (type.kind === "text") return Math.min(type.length, 12);
  if (type.kind === "boolean") return 1;
  if (type.kind === "variant" || type.kind === "object" || type.kind === "array" || type.kind === "geography")
    return 32;
  return type.kind === "vector" ? type.dimension * 4 : 8;
}

/** The moment of the table's last DML or DDL. */
export function lastAltered(table: CatalogTable, versions: Versions): bigint {
  return versions.lastOfTable(table.id)?.stampMicros ?? BigInt(table.createdMicros);
}
