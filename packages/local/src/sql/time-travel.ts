import type { CatalogTable } from "./catalog/catalog.ts";

/** `valid_to` of a row that no later version replaced. */
export const OPEN_VERSION = "9223372036854775807";

/** The rows of a table as they are now, columns renamed c1, c2 ... by position. */
export function currentRows(table: CatalogTable): string {
  return `SELECT ${columnList(table)} FROM ${table.physical} WHERE valid_to = ${OPEN_VERSION}`;
}

/** The rows of a table as version `version` left them. */
export function rowsAtVersion(table: CatalogTable, version: number): string {
  return `SELECT ${columnList(table)} FROM ${table.physical} WHERE valid_from <= ${version} AND valid_to > ${version}`;
}

export function columnList(table: CatalogTable): string {
  return table.columns.map((column, index) => `${column.physical} AS c${index + 1}`).join(", ");
}
