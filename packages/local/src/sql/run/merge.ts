import { type ExecutedStatement, SqlFailure } from "../../engine.ts";
import { bindCondition } from "../bind/expression.ts";
import { bindRelation } from "../bind/relation.ts";
import { openScope, type Scope } from "../bind/scope.ts";
import type { CatalogTable } from "../catalog/catalog.ts";
import { compilationError } from "../failures.ts";
import type { Merge, MergeClause } from "../syntax/statement-tree.ts";
import { physicalType } from "../types/physical.ts";
import {
  appendVersions,
  assignedValues,
  bindValue,
  closeRows,
  countOf,
  requireColumn,
  storedValue,
  targetRelation,
  withFound,
  writableTable,
} from "./dml.ts";
import { defaultValue } from "./insert.ts";
import { countResult } from "./result.ts";
import type { WriteContext } from "./statement-context.ts";
import { STATEMENT_TYPE } from "./statement-type.ts";
import type { Written } from "./transaction.ts";

/** MERGE: every source row takes the first clause that fits it; a target row taken twice is an error, as by default in Snowflake. */
export async function runMerge(statement: Merge, context: WriteContext): Promise<Written<ExecutedStatement>> {
  const table = writableTable(context, statement.path);
  const scope = openScope(null);
  const source = bindRelation(statement.source, scope, context.binder);
  const place = scope.relations.length;
  const target = targetRelation(table, statement.alias, scope, context);
  const on = bindCondition(statement.on, scope, context.binder);
  const tests = statement.clauses.map((clause) => clauseTest(clause, target.rowId, scope, context));
  const action = `CASE ${tests.map((test, index) => `WHEN ${test} THEN ${index}`).join(" ")} END`;
  const rows = statement.clauses.map((clause) => clauseValues(clause, table, scope, place, context));
  const values = table.columns.map((column, index) => {
    const branches = tests.flatMap((test, clause) =>
      rows[clause] === null ? [] : [`WHEN ${test} THEN ${rows[clause]?.[index] ?? "NULL"}`],
    );
    return `${branches.length === 0 ? `CAST(NULL AS ${physicalType(column.type)})` : `CASE ${branches.join(" ")} END`} AS c${index + 1}`;
  });
  const query = `SELECT * FROM (SELECT ${target.rowId} AS rid, ${target.rowKey} AS rkey, ${action} AS action, ${values.join(", ")} FROM ${source} LEFT JOIN ${target.sql} ON ${on}) WHERE action IS NOT NULL`;
  return withFound(context, query, (found) => applyMerge(statement, table, found, context));
}

function clauseTest(clause: MergeClause, rowId: string, scope: Scope, context: WriteContext): string {
  const side = `${rowId} IS ${clause.matched ? "NOT " : ""}NULL`;
  return clause.condition === null ? side : `(${side} AND ${bindCondition(clause.condition, scope, context.binder)})`;
}

/** The row that a clause leaves behind, or null when it deletes. */
function clauseValues(
  clause: MergeClause,
  table: CatalogTable,
  scope: Scope,
  place: number,
  context: WriteContext,
): readonly string[] | null {
  const { action } = clause;
  if (action.kind === "delete") return null;
  if (action.kind === "update") return assignedValues(table, action.set, scope, place, context);
  const columns =
    action.columns.length === 0 ? table.columns : action.columns.map((name) => requireColumn(table, name));
  if (columns.length !== action.values.length)
    throw compilationError(
      `Insert value list does not match column list expecting ${columns.length} but got ${action.values.length}`,
      "002020",
      "21S01",
    );
  return table.columns.map((column) => {
    const value = action.values[columns.indexOf(column)];
    return storedValue(
      value === undefined ? defaultValue(column, context) : bindValue(value, column, scope, context),
      column,
      context,
    );
  });
}

async function applyMerge(
  statement: Merge,
  table: CatalogTable,
  found: string,
  context: WriteContext,
): Promise<Written<ExecutedStatement>> {
  const indexes = (kind: MergeClause["action"]["kind"]) =>
    statement.clauses.flatMap((clause, index) => (clause.action.kind === kind ? [index] : []));
  const count = async (kind: MergeClause["action"]["kind"]) =>
    indexes(kind).length === 0
      ? 0
      : countOf(context, `SELECT count(*) FROM ${found} WHERE action IN (${indexes(kind).join(", ")})`);
  const twice = await countOf(
    context,
    `SELECT count(*) FROM (SELECT rid FROM ${found} WHERE rid IS NOT NULL GROUP BY rid HAVING count(*) > 1)`,
  );
  if (twice > 0) throw new SqlFailure("100090", "42P18", "Duplicate row detected during DML action");
  const [inserted, updated, deleted] = [await count("insert"), await count("update"), await count("delete")];
  if (updated + deleted > 0) await closeRows(table, `SELECT rid FROM ${found} WHERE rid IS NOT NULL`, context);
  const kept = [...indexes("insert"), ...indexes("update")];
  if (inserted + updated > 0) {
    const names = table.columns.map((_, index) => `c${index + 1}`).join(", ");
    await appendVersions(table, `SELECT ${names}, rkey FROM ${found} WHERE action IN (${kept.join(", ")})`, context);
  }
  const kinds = new Set(statement.clauses.map((clause) => clause.action.kind));
  const counts = {
    ...(kinds.has("insert") ? { "number of rows inserted": inserted } : {}),
    ...(kinds.has("update") ? { "number of rows updated": updated } : {}),
    ...(kinds.has("delete") ? { "number of rows deleted": deleted } : {}),
  };
  const result = await countResult(counts, context.place, STATEMENT_TYPE.merge);
  return { tables: inserted + updated + deleted > 0 ? [table.id] : [], changes: [], result };
}
