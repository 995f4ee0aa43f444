/**
 * The committed schema of a source, as `snowmelt typegen` writes it: the lock that the live schema is compared with.
 * Columns are pairs of the exact name and Snowflake's own type text, in the source's order.
 */
export interface SourceTable {
  readonly kind: "table" | "view";
  readonly database: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly SourceColumn[];
}

/** `["FLIGHT_ID", "NUMBER(38,0) NOT NULL"]` */
export type SourceColumn = readonly [name: string, type: string];

/** The names of a source's columns, as a union for the compiler. */
export type ColumnName<S extends { readonly columns: readonly SourceColumn[] }> = S["columns"][number][0];

/** Keeps the literal names and types, so that a definition over them is checked by the compiler. */
export function sourceTable<const S extends SourceTable>(source: S): S {
  return source;
}
