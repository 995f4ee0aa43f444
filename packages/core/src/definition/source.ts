import { z } from "zod";
import type { SourceColumn, SourceTable } from "../types/index.ts";
import { strict } from "./strict.ts";

const identifier = z
  .string()
  .min(1, { error: "expected a name" })
  .max(255, { error: "expected at most 255 characters" });
const Columns = z
  .array(z.tuple([identifier, z.string()]).readonly(), {
    error: 'expected columns as pairs of name and type, such as ["ID", "NUMBER(38,0) NOT NULL"]',
  })
  .min(1, { error: "expected at least one column" })
  .readonly();

const Table = strict({
  kind: z.enum(["table", "view"]),
  database: identifier,
  schema: identifier,
  name: identifier,
  columns: Columns,
});

export const Source = z.discriminatedUnion(
  "kind",
  [
    strict({ kind: z.literal("table"), table: Table }),
    strict({
      kind: z.literal("query"),
      /** What the query is called in plans, reports and lineage. */
      name: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, {
        error: "expected a name of letters, digits, _ and -, starting with a letter, of at most 63 characters",
      }),
      /** One SELECT, without a semicolon. Its output columns are exactly `columns`. */
      sql: z.string().trim().min(1, { error: "expected a SELECT" }),
      columns: Columns,
    }),
  ],
  { error: "expected a source: table(SCHEMA) or query({ name, sql, columns })" },
);
/** Where a dataset's rows come from, in normal form. */
export type Source = z.output<typeof Source>;

/** A source with the names of its columns, for the compiler. */
export type SourceOver<C extends string> =
  | { readonly kind: "table"; readonly table: Omit<SourceTable, "columns"> & ColumnsOver<C> }
  | ({ readonly kind: "query"; readonly name: string; readonly sql: string } & ColumnsOver<C>);

interface ColumnsOver<C extends string> {
  readonly columns: readonly (readonly [name: C, type: string])[];
}

/** A table or view by its committed schema, as `snowmelt typegen` writes it. */
export function table<const C extends string>(schema: Omit<SourceTable, "columns"> & ColumnsOver<C>) {
  return { kind: "table", table: schema } satisfies SourceOver<C>;
}

/** A SELECT of one's own, with the names and types of its columns as the lock. */
export function query<const C extends string>(options: { name: string; sql: string } & ColumnsOver<C>) {
  return { kind: "query", ...options } satisfies SourceOver<C>;
}

/** The columns of a source, whatever its kind. */
export function sourceColumns(source: Source): readonly SourceColumn[] {
  return source.kind === "table" ? source.table.columns : source.columns;
}

/** The source for people: `AVIATION.PUBLIC.FLIGHTS`, `query dailyDelays`. Not for SQL. */
export function sourceName(source: Source): string {
  if (source.kind === "query") return `query ${source.name}`;
  const { database, schema, name } = source.table;
  return [database, schema, name].join(".");
}
