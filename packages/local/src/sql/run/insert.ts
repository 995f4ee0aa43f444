import type { Bind, ExecutedStatement } from "../../engine.ts";
import { bindExpression } from "../bind/expression.ts";
import { align, bindQuery, columnsOf } from "../bind/query.ts";
import { openScope } from "../bind/scope.ts";
import type { CatalogColumn, CatalogTable } from "../catalog/catalog.ts";
import { compilationError } from "../failures.ts";
import { openCursor } from "../syntax/cursor.ts";
import { parseExpression } from "../syntax/expression.ts";
import type { Insert } from "../syntax/statement-tree.ts";
import type { Expression } from "../syntax/tree.ts";
import { INTEGER } from "../types/logical-type.ts";
import { nullOf, type Typed, typed } from "../types/typed.ts";
import { readValue } from "./connections.ts";
import { appendRows, bindValue, clearTable, requireColumn, storedValue, writableTable } from "./dml.ts";
import { countResult } from "./result.ts";
import type { WriteContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import type { Written } from "./transaction.ts";

export async function runInsert(statement: Insert, context: WriteContext): Promise<Written<ExecutedStatement>> {
  const table = writableTable(context, statement.path);
  const columns =
    statement.columns.length === 0 ? table.columns : statement.columns.map((name) => requireColumn(table, name));
  const rows =
    statement.source.body.kind === "values" && statement.source.orderBy.length === 0
      ? valuesSql(statement.source.body.rows, table, columns, context)
      : querySql(statement, table, columns, context);
  if (statement.overwrite) await clearTable(table, context);
  const before = `SELECT count(*) FROM ${table.physical} WHERE valid_from = ${context.version}`;
  await appendRows(table, rows, context);
  const inserted = Number(await readValue(context.connection, before));
  const result = await countResult({ "number of rows inserted": inserted }, context.place, STATEMENT_TYPE.insert);
  return { tables: inserted > 0 || statement.overwrite ? [table.id] : [], changes: [], result };
}

/** A column's DEFAULT, its identity's next number, or NULL. */
export function defaultValue(column: CatalogColumn, context: WriteContext): Typed {
  if (column.identity !== null)
    return typed(`CAST(nextval('${column.identity.sequence}') AS DECIMAL(38,0))`, INTEGER, false);
  if (column.default === null) return nullOf();
  return bindExpression(parseExpression(openCursor(column.default)), openScope(null), {
    ...context.binder,
    sql: column.default,
  });
}

/** Values of all columns of a row, given those of the named ones. */
function completeRow(values: ReadonlyMap<CatalogColumn, Typed>, table: CatalogTable, context: WriteContext): string {
  return table.columns
    .map(
      (column, index) =>
        `${storedValue(values.get(column) ?? defaultValue(column, context), column, context)} AS c${index + 1}`,
    )
    .join(", ");
}

function valuesSql(
  rows: readonly (readonly Expression[])[],
  table: CatalogTable,
  columns: readonly CatalogColumn[],
  context: WriteContext,
): string {
  const count = arrayBindLength(context.request.binds);
  const contexts =
    count === null
      ? [context]
      : Array.from({ length: count }, (_, index) => ({
          ...context,
          binder: { ...context.binder, binds: bindsAt(context.request.binds, index) },
        }));
  const scope = openScope(null);
  const lines = contexts.flatMap((one) =>
    rows.map((row) => {
      if (row.length !== columns.length)
        throw compilationError(
          `Insert value list does not match column list expecting ${columns.length} but got ${row.length}`,
          "002020",
          "21S01",
        );
      const values = new Map(
        row.map(
          (value, index) => [columnAt(columns, index), bindValue(value, columnAt(columns, index), scope, one)] as const,
        ),
      );
      return `(${completeRow(values, table, one).replaceAll(/ AS c\d+(?=, |$)/g, "")})`;
    }),
  );
  return `VALUES ${lines.join(", ")}`;
}

function columnAt(columns: readonly CatalogColumn[], index: number): CatalogColumn {
  const column = columns[index];
  if (column === undefined) throw new RangeError(`column ${index} was not checked for`);
  return column;
}

/** How many rows an array bind stands for; null when every bind is one value. */
function arrayBindLength(binds: Readonly<Record<string, Bind>>): number | null {
  const lengths = Object.values(binds).flatMap((bind) => (Array.isArray(bind.value) ? [bind.value.length] : []));
  if (lengths.length === 0) return null;
  if (new Set(lengths).size > 1) throw compilationError("array binds differ in length", "002049");
  return lengths[0] ?? null;
}

function bindsAt(binds: Readonly<Record<string, Bind>>, index: number): Readonly<Record<string, Bind>> {
  return Object.fromEntries(
    Object.entries(binds).map(([name, bind]) => [
      name,
      {
        type: bind.type,
        value: typeof bind.value === "string" || bind.value === null ? bind.value : (bind.value[index] ?? null),
      },
    ]),
  );
}

function querySql(
  statement: Insert,
  table: CatalogTable,
  columns: readonly CatalogColumn[],
  context: WriteContext,
): string {
  const bound = bindQuery(statement.source, null, context.binder);
  if (bound.columns.length !== columns.length)
    throw compilationError(
      `Insert value list does not match column list expecting ${columns.length} but got ${bound.columns.length}`,
      "002020",
      "21S01",
    );
  const alias = context.binder.nextAlias();
  const values = new Map(
    columnsOf(alias, bound.columns).map(({ value }, index) => [columnAt(columns, index), value] as const),
  );
  return `SELECT ${completeRow(values, table, context)} FROM (${align(bound, bound.columns, context.binder)}) AS ${alias}`;
}
