import type { Binder, BoundColumn } from "../bind/binder.ts";
import { bindExpression } from "../bind/expression.ts";
import { bindQuery, columnsOf } from "../bind/query.ts";
import { openScope } from "../bind/scope.ts";
import { compilationError, unsupported } from "../failures.ts";
import { printIdentifier } from "../quote.ts";
import type { CopyInto } from "../syntax/copy-into.ts";
import type { Expression, Query } from "../syntax/tree.ts";
import { parquetValue } from "./parquet-value.ts";
import type { UnloadQuery } from "./staged-rows.ts";
import type { UnloadFormat } from "./unload-format.ts";

/** A column of the staged rows, and how it is read from there. */
export interface UnloadColumn {
  readonly column: BoundColumn;
  readonly sql: string;
}

export interface BoundUnload extends UnloadQuery {
  readonly columns: readonly UnloadColumn[];
}

/** The query of a COPY with every value in the form its file holds, and PARTITION BY's value as `part`. */
export function bindUnload(statement: CopyInto, binder: Binder, format: UnloadFormat): BoundUnload {
  const bound = bindQuery(statement.source, null, binder);
  requireDistinct(bound.columns);
  const values = bound.columns.map(
    (column, index) => `${parquetValue(`q.c${index + 1}`, column, format)} AS c${index + 1}`,
  );
  const part =
    statement.partitionBy === null
      ? "CAST(NULL AS VARCHAR)"
      : partitionSql(statement.partitionBy, bound.columns, statement.source, binder);
  return {
    sql: `SELECT ${values.join(", ")}, ${part} AS part FROM (${bound.sql}) AS q`,
    isPartitioned: statement.partitionBy !== null,
    nullFolder: format.nullFolder,
    columns: bound.columns.map((column, index) => ({ column, sql: `c${index + 1}` })),
  };
}

/** PARTITION BY reads the columns that are unloaded, under the name of the table when there is just one. */
function partitionSql(partitionBy: Expression, columns: readonly BoundColumn[], source: Query, binder: Binder): string {
  const scope = openScope(null);
  const from = source.body.kind === "select" ? source.body.from : null;
  const name = from?.kind === "table" ? (from.alias.name ?? from.path.at(-1) ?? null) : null;
  scope.relations.push({ name, path: null, columns: columnsOf("q", columns) });
  const value = bindExpression(partitionBy, scope, binder);
  if (value.type.kind !== "text" && value.type.kind !== "null")
    throw compilationError("PARTITION BY expression must evaluate to a string.", "001044");
  return value.sql;
}

/** DuckDB tells names apart without regard to case, and would rename the second of two. */
function requireDistinct(columns: readonly BoundColumn[]): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const before = seen.get(name.toLowerCase());
    if (before === name) throw compilationError(`duplicate column name '${printIdentifier(name)}'`, "002025", "42S21");
    if (before !== undefined) throw unsupported(`unloading '${before}' beside '${name}', which differ by case alone`);
    seen.set(name.toLowerCase(), name);
  }
}
