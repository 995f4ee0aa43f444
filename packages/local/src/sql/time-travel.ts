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

/** The column of a tracked table by which the versions of one row are known. */
export const ROW_KEY = "row_key";

/** The names of what CHANGES shows beside a table's columns. */
export const CHANGE_COLUMNS = ["METADATA$ACTION", "METADATA$ISUPDATE", "METADATA$ROW_ID"] as const;

export interface VersionRange {
  /** The last version that is not part of the changes. */
  readonly from: number;
  /** The last version that is; null for what is visible now. */
  readonly to: number | null;
}

/**
 * What became of a table's rows between two versions, net: a row that came and went is not there, one that was updated is
 * there as it was (DELETE) and as it is (INSERT). Columns are c1, c2 ... and those of CHANGE_COLUMNS.
 */
export function changedRows(table: CatalogTable, { from, to }: VersionRange): string {
  const now = to ?? "9223372036854775806";
  const seen = (row: string, version: number | string) =>
    `${row}.valid_from <= ${version} AND ${row}.valid_to > ${version}`;
  const other = (version: number | string) =>
    `EXISTS (SELECT 1 FROM ${table.physical} AS o WHERE o.${ROW_KEY} = r.${ROW_KEY} AND ${seen("o", version)})`;
  const deleted = changeList(table, "DELETE", other(now), `${seen("r", from)} AND r.valid_to <= ${now}`);
  const inserted = changeList(table, "INSERT", other(from), `${seen("r", now)} AND r.valid_from > ${from}`);
  return `${deleted} UNION ALL ${inserted}`;
}

/** The rows that were inserted between two versions, as they were then, whatever became of them. */
export function appendedRows(table: CatalogTable, { from, to }: VersionRange): string {
  const now = to ?? "9223372036854775806";
  const first = `NOT EXISTS (SELECT 1 FROM ${table.physical} AS o WHERE o.${ROW_KEY} = r.${ROW_KEY} AND o.valid_from < r.valid_from)`;
  return changeList(table, "INSERT", "FALSE", `r.valid_from > ${from} AND r.valid_from <= ${now} AND ${first}`);
}

function changeList(table: CatalogTable, action: string, isUpdate: string, where: string): string {
  const place = table.columns.length;
  const facts = `'${action}' AS c${place + 1}, ${isUpdate} AS c${place + 2}, sha1('${table.id}:' || r.${ROW_KEY}) AS c${place + 3}`;
  return `SELECT ${columnList(table)}, ${facts} FROM ${table.physical} AS r WHERE ${where}`;
}

export function columnList(table: CatalogTable): string {
  return table.columns.map((column, index) => `${column.physical} AS c${index + 1}`).join(", ");
}
