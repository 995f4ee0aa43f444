import type { ExecutedStatement } from "../../engine.ts";
import { placeIn } from "../bind/binder.ts";
import { bindCondition, bindExpression } from "../bind/expression.ts";
import { bindRelation } from "../bind/relation.ts";
import { openScope, type Scope } from "../bind/scope.ts";
import type { CatalogColumn, CatalogTable } from "../catalog/catalog.ts";
import { compilationError, invalidIdentifier, unknownObject, unsupported } from "../failures.ts";
import { printPath, quoteText } from "../quote.ts";
import { DEFAULT_MARK } from "../syntax/dml.ts";
import type { Assignment, Delete, Update } from "../syntax/statement-tree.ts";
import type { Expression, RelationAlias } from "../syntax/tree.ts";
import { columnList, OPEN_VERSION, ROW_KEY } from "../time-travel.ts";
import { cast } from "../types/cast.ts";
import { type Typed, typed } from "../types/typed.ts";
import { readValue } from "./connections.ts";
import { defaultValue } from "./insert.ts";
import { countResult } from "./result.ts";
import type { WriteContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import type { Written } from "./transaction.ts";

/** The table that DML names; a view cannot be written to. */
export function writableTable(context: WriteContext, path: readonly string[]): CatalogTable {
  const object = context.state.catalog.find(context.session, path);
  if (object === null) throw unknownObject(printPath(path));
  if (object.kind === "view") throw unsupported("DML on a view");
  return object;
}

/** A DML target in FROM: its rows' ids, which close them, and their keys, which their new versions take over. */
interface TargetRelation {
  readonly sql: string;
  readonly rowId: string;
  readonly rowKey: string;
}

function keyOf(table: CatalogTable): string {
  return table.changesFrom === undefined ? "CAST(NULL AS BIGINT)" : ROW_KEY;
}

/** The current rows of a DML target, with the row id that closes them, as a relation of the scope. */
export function targetRelation(
  table: CatalogTable,
  alias: RelationAlias,
  scope: Scope,
  context: WriteContext,
): TargetRelation {
  const name = context.binder.nextAlias();
  scope.relations.push({
    name: alias.name ?? table.name,
    path: alias.name === null ? [table.database, table.schema, table.name] : null,
    columns: table.columns.map((column, index) => ({
      name: column.name,
      value: typed(`${name}.c${index + 1}`, column.type, column.nullable),
    })),
  });
  return {
    rowKey: `${name}.rkey`,
    sql: `(SELECT ${columnList(table)}, ${keyOf(table)} AS rkey, rowid AS rid FROM ${table.physical} WHERE valid_to = ${OPEN_VERSION}) AS ${name}`,
    rowId: `${name}.rid`,
  };
}

/** What goes into a column: cast, not cut, and not NULL where that is forbidden. */
export function storedValue(value: Typed, column: CatalogColumn, context: WriteContext): string {
  const { sql, nullable } = cast(value, column.type, { session: context.session, store: true });
  if (column.nullable || (!nullable && value.type.kind !== "null")) return sql;
  const message = quoteText(`NULL result in a non-nullable column`);
  return `CASE WHEN ${sql} IS NULL THEN sf_fail('100072', '22000', ${message}) ELSE ${sql} END`;
}

/** The new value of every column after `SET`, keeping what is not set. */
export function assignedValues(
  table: CatalogTable,
  set: readonly Assignment[],
  scope: Scope,
  target: number,
  context: WriteContext,
): readonly string[] {
  for (const { column, at } of set)
    if (!table.columns.some((one) => one.name === column)) throw invalidIdentifier(placeIn(context.binder, at), column);
  return table.columns.map((column, index) => {
    const assigned = set.find((one) => one.column === column.name);
    if (assigned === undefined) return scope.relations[target]?.columns[index]?.value.sql ?? "NULL";
    return storedValue(bindValue(assigned.value, column, scope, context), column, context);
  });
}

/** An expression, or the column's default where DEFAULT is written. */
export function bindValue(value: Expression, column: CatalogColumn, scope: Scope, context: WriteContext): Typed {
  return value === DEFAULT_MARK ? defaultValue(column, context) : bindExpression(value, scope, context.binder);
}

/** Makes a temporary table of what a DML statement found, uses it, and drops it. */
export async function withFound<T>(
  context: WriteContext,
  query: string,
  use: (name: string) => Promise<T>,
): Promise<T> {
  const name = `found_${context.version}`;
  await context.connection.run(`CREATE TEMPORARY TABLE ${name} AS ${query}`);
  const result = await use(name);
  await context.connection.run(`DROP TABLE ${name}`);
  return result;
}

/** Closes the row versions whose ids a temporary table holds. */
export async function closeRows(table: CatalogTable, rowIds: string, context: WriteContext): Promise<void> {
  await context.connection.run(`UPDATE ${table.physical} SET valid_to = ${context.version} WHERE rowid IN (${rowIds})`);
}

export async function countOf(context: WriteContext, sql: string): Promise<number> {
  return Number(await readValue(context.connection, sql));
}

export async function runUpdate(statement: Update, context: WriteContext): Promise<Written<ExecutedStatement>> {
  const table = writableTable(context, statement.path);
  const scope = openScope(null);
  const target = targetRelation(table, statement.alias, scope, context);
  const from = statement.from === null ? "" : `, ${bindRelation(statement.from, scope, context.binder)}`;
  const where = statement.where === null ? "" : ` WHERE ${bindCondition(statement.where, scope, context.binder)}`;
  const values = assignedValues(table, statement.set, scope, 0, context).map((sql, index) => `${sql} AS c${index + 1}`);
  const query = `SELECT ${target.rowId} AS rid, ${target.rowKey} AS rkey, ${values.join(", ")} FROM ${target.sql}${from}${where}`;
  return withFound(context, query, async (found) => {
    const names = table.columns.map((_, index) => `c${index + 1}`).join(", ");
    const updated = await countOf(context, `SELECT count(DISTINCT rid) FROM ${found}`);
    const multiple =
      statement.from === null
        ? 0
        : await countOf(context, `SELECT count(*) FROM (SELECT rid FROM ${found} GROUP BY rid HAVING count(*) > 1)`);
    if (updated > 0) {
      await closeRows(table, `SELECT rid FROM ${found}`, context);
      const rows =
        statement.from === null
          ? `SELECT ${names}, rkey FROM ${found}`
          : `SELECT ${names}, rkey FROM (SELECT DISTINCT ON (rid) * FROM ${found})`;
      await appendVersions(table, rows, context);
    }
    const result = await countResult(
      { "number of rows updated": updated, "number of multi-joined rows updated": multiple },
      context.place,
      STATEMENT_TYPE.update,
    );
    return { tables: updated > 0 ? [table.id] : [], changes: [], result };
  });
}

/** Adds new row versions; `rows` selects the columns in the table's order. */
export async function appendRows(table: CatalogTable, rows: string, context: WriteContext): Promise<void> {
  const names = table.columns.map((column) => column.physical).join(", ");
  await context.connection.run(
    `INSERT INTO ${table.physical} (${names}, valid_from, valid_to) SELECT *, ${context.version}, ${OPEN_VERSION} FROM (${rows})`,
  );
}

/**
 * Adds new versions of rows; `rows` selects the columns in the table's order, then the key of the row that each replaces,
 * NULL for one that is new.
 */
export async function appendVersions(table: CatalogTable, rows: string, context: WriteContext): Promise<void> {
  const columns = table.columns.map((column) => column.physical).join(", ");
  const places = table.columns.map((_, index) => `c${index + 1}`).join(", ");
  const [names, values] =
    table.changesFrom === undefined
      ? [columns, places]
      : [`${columns}, ${ROW_KEY}`, `${places}, COALESCE(rkey, nextval('data.k${table.id}'))`];
  await context.connection.run(
    `INSERT INTO ${table.physical} (${names}, valid_from, valid_to) SELECT ${values}, ${context.version}, ${OPEN_VERSION} FROM (${rows})`,
  );
}

export async function runDelete(statement: Delete, context: WriteContext): Promise<Written<ExecutedStatement>> {
  const table = writableTable(context, statement.path);
  const scope = openScope(null);
  const target = targetRelation(table, statement.alias, scope, context);
  const using = statement.using === null ? "" : `, ${bindRelation(statement.using, scope, context.binder)}`;
  const where = statement.where === null ? "" : ` WHERE ${bindCondition(statement.where, scope, context.binder)}`;
  return withFound(
    context,
    `SELECT DISTINCT ${target.rowId} AS rid FROM ${target.sql}${using}${where}`,
    async (found) => {
      const deleted = await countOf(context, `SELECT count(*) FROM ${found}`);
      if (deleted > 0) await closeRows(table, `SELECT rid FROM ${found}`, context);
      const result = await countResult({ "number of rows deleted": deleted }, context.place, STATEMENT_TYPE.delete);
      return { tables: deleted > 0 ? [table.id] : [], changes: [], result };
    },
  );
}

/** Closes every current row. */
export async function clearTable(table: CatalogTable, context: WriteContext): Promise<number> {
  const closed = await context.connection.runAndReadAll(
    `UPDATE ${table.physical} SET valid_to = ${context.version} WHERE valid_to = ${OPEN_VERSION}`,
  );
  return Number(closed.getRows()[0]?.[0] ?? 0);
}

export function requireColumn(table: CatalogTable, name: string): CatalogColumn {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw compilationError(`invalid identifier '${name}'`, "000904");
  return column;
}
