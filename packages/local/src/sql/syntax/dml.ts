import { unsupported } from "../failures.ts";
import {
  accept,
  type Cursor,
  expect,
  expectName,
  expectPath,
  listOf,
  parenthesized,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseAlias, parseQuery, startsQuery } from "./query.ts";
import { parseFrom } from "./relation.ts";
import type { Assignment, MergeClause, Statement } from "./statement-tree.ts";
import type { Expression, RelationAlias } from "./tree.ts";

/** `DEFAULT` in VALUES and SET: the column's own default. */
export const DEFAULT_MARK: Expression = { kind: "variable", name: "\0DEFAULT" };

export function parseInsert(cursor: Cursor): Statement {
  const overwrite = accept(cursor, "OVERWRITE");
  if (sees(cursor, "ALL") || sees(cursor, "FIRST")) throw unsupported("multi-table INSERT");
  expect(cursor, "INTO");
  const path = expectPath(cursor);
  const columns =
    sees(cursor, "(") && !startsQuery(cursor) ? parenthesized(cursor, (inner) => listOf(inner, expectName)) : [];
  if (!accept(cursor, "VALUES")) return { kind: "insert", path, columns, overwrite, source: parseQuery(cursor) };
  const rows = listOf(cursor, (inner) => parenthesized(inner, (row) => listOf(row, parseValue)));
  return {
    kind: "insert",
    path,
    columns,
    overwrite,
    source: { with: [], body: { kind: "values", rows }, orderBy: [], limit: null, offset: null },
  };
}

function parseValue(cursor: Cursor): Expression {
  return accept(cursor, "DEFAULT") ? DEFAULT_MARK : parseExpression(cursor);
}

function aliasOf(cursor: Cursor): RelationAlias {
  return { name: sees(cursor, "SET") || sees(cursor, "USING") ? null : parseAlias(cursor), columns: [] };
}

export function parseUpdate(cursor: Cursor): Statement {
  const path = expectPath(cursor);
  const alias = aliasOf(cursor);
  expect(cursor, "SET");
  const set = listOf(cursor, parseAssignment);
  const from = accept(cursor, "FROM") ? parseFrom(cursor) : null;
  return { kind: "update", path, alias, set, from, where: accept(cursor, "WHERE") ? parseExpression(cursor) : null };
}

function parseAssignment(cursor: Cursor): Assignment {
  const at = peek(cursor).offset;
  const column = expectPath(cursor).at(-1) ?? "";
  expect(cursor, "=");
  return { column, value: parseValue(cursor), at };
}

export function parseDelete(cursor: Cursor): Statement {
  expect(cursor, "FROM");
  const path = expectPath(cursor);
  const alias = aliasOf(cursor);
  const using = accept(cursor, "USING") ? parseFrom(cursor) : null;
  return { kind: "delete", path, alias, using, where: accept(cursor, "WHERE") ? parseExpression(cursor) : null };
}

export function parseMerge(cursor: Cursor): Statement {
  expect(cursor, "INTO");
  const path = expectPath(cursor);
  const alias = aliasOf(cursor);
  expect(cursor, "USING");
  const source = parseFrom(cursor);
  expect(cursor, "ON");
  const on = parseExpression(cursor);
  const clauses: MergeClause[] = [];
  while (sees(cursor, "WHEN")) clauses.push(parseClause(cursor));
  if (clauses.length === 0) throw unexpected(cursor);
  return { kind: "merge", path, alias, source, on, clauses };
}

function parseClause(cursor: Cursor): MergeClause {
  expect(cursor, "WHEN");
  const matched = !accept(cursor, "NOT");
  expect(cursor, "MATCHED");
  const condition = accept(cursor, "AND") ? parseExpression(cursor) : null;
  expect(cursor, "THEN");
  if (matched && accept(cursor, "DELETE")) return { matched, condition, action: { kind: "delete" } };
  if (matched) {
    expect(cursor, "UPDATE", "SET");
    return { matched, condition, action: { kind: "update", set: listOf(cursor, parseAssignment) } };
  }
  expect(cursor, "INSERT");
  const columns = sees(cursor, "(")
    ? parenthesized(cursor, (inner) => listOf(inner, (item) => expectPath(item).at(-1) ?? ""))
    : [];
  expect(cursor, "VALUES");
  return {
    matched,
    condition,
    action: { kind: "insert", columns, values: parenthesized(cursor, (inner) => listOf(inner, parseValue)) },
  };
}

/** A bare name or a string, for options. */
export function parseOptionValue(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind === "end" || token.kind === "symbol") throw unexpected(cursor);
  cursor.index += 1;
  return token.value;
}
