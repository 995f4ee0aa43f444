import { compilationError, unsupported } from "../failures.ts";
import { parseColumn, parseConstraint, startsConstraint } from "./column-definition.ts";
import {
  accept,
  atEnd,
  type Cursor,
  expectName,
  expectPath,
  expectString,
  listOf,
  parenthesized,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";
import { parseQuery, startsQuery } from "./query.ts";
import { parseTimeTravel } from "./relation.ts";
import { parseCreateIntegration, parseCreateStage } from "./stage.ts";
import type { ColumnDefinition, ConstraintDefinition, CreateTable, Statement } from "./statement-tree.ts";
import { type MutableOptions, parseTableOption } from "./table-option.ts";

/** Reads what follows CREATE. */
export function parseCreate(cursor: Cursor): Statement {
  const orReplace = accept(cursor, "OR", "REPLACE");
  const words = new Set<string>();
  for (const word of ["LOCAL", "GLOBAL", "TEMP", "TEMPORARY", "VOLATILE", "TRANSIENT", "SECURE", "RECURSIVE"])
    if (accept(cursor, word)) words.add(word);
  if (accept(cursor, "TABLE")) return parseCreateTable(cursor, orReplace, words);
  if (accept(cursor, "VIEW")) return parseCreateView(cursor, orReplace);
  if (words.size === 0 && accept(cursor, "STAGE")) return parseCreateStage(cursor, orReplace);
  if (words.size === 0 && accept(cursor, "STORAGE", "INTEGRATION")) return parseCreateIntegration(cursor, orReplace);
  const object = (["DATABASE", "SCHEMA"] as const).find((word) => accept(cursor, word));
  if (object === undefined) throw unsupported(`CREATE ${peek(cursor).value}`);
  const ifNotExists = accept(cursor, "IF", "NOT", "EXISTS");
  const path = expectPath(cursor);
  if (sees(cursor, "CLONE")) throw unsupported(`CLONE of a ${object.toLowerCase()}`);
  const options: MutableOptions = {};
  while (!atEnd(cursor) && !sees(cursor, ";"))
    if (!accept(cursor, "WITH", "MANAGED", "ACCESS")) parseTableOption(cursor, options);
  return { kind: "createContainer", object, path, orReplace, ifNotExists, comment: options.comment ?? null };
}

function parseCreateTable(cursor: Cursor, orReplace: boolean, words: ReadonlySet<string>): CreateTable {
  const before = accept(cursor, "IF", "NOT", "EXISTS");
  const path = expectPath(cursor);
  const ifNotExists = accept(cursor, "IF", "NOT", "EXISTS") || before;
  const columns: ColumnDefinition[] = [];
  const constraints: ConstraintDefinition[] = [];
  if (sees(cursor, "(") && !startsQuery(cursor)) {
    parenthesized(cursor, (inner) =>
      listOf(inner, (item) => {
        if (startsConstraint(item)) constraints.push(parseConstraint(item));
        else columns.push(parseColumn(item, constraints));
      }),
    );
  }
  const options: MutableOptions = {};
  let source: CreateTable["source"] = null;
  while (!atEnd(cursor) && !sees(cursor, ";")) source = parseSource(cursor) ?? parseOption(cursor, options, source);
  if (source === null && columns.length === 0) throw unexpected(cursor);
  if (orReplace && ifNotExists)
    throw compilationError("options IF NOT EXISTS and OR REPLACE are incompatible.", "002046");
  const temporary = ["TEMP", "TEMPORARY", "VOLATILE"].some((word) => words.has(word));
  return {
    kind: "createTable",
    path,
    orReplace,
    ifNotExists,
    temporary,
    transient: words.has("TRANSIENT"),
    columns,
    constraints,
    options: {
      comment: options.comment ?? null,
      clusterBy: options.clusterBy ?? null,
      retentionDays: options.retentionDays ?? null,
      changeTracking: options.changeTracking ?? null,
    },
    source,
  };
}

function parseOption(cursor: Cursor, options: MutableOptions, source: CreateTable["source"]): CreateTable["source"] {
  parseTableOption(cursor, options);
  return source;
}

function parseSource(cursor: Cursor): CreateTable["source"] {
  if (accept(cursor, "AS")) return { kind: "query", query: parseQuery(cursor) };
  if (accept(cursor, "LIKE")) return { kind: "like", path: expectPath(cursor), travel: null };
  if (accept(cursor, "CLONE")) return { kind: "clone", path: expectPath(cursor), travel: parseTimeTravel(cursor) };
  return null;
}

function parseCreateView(cursor: Cursor, orReplace: boolean): Statement {
  const ifNotExists = accept(cursor, "IF", "NOT", "EXISTS");
  const path = expectPath(cursor);
  const columns = sees(cursor, "(") ? parenthesized(cursor, (inner) => listOf(inner, parseViewColumn)) : [];
  const options: MutableOptions = {};
  while (!accept(cursor, "AS")) parseTableOption(cursor, options);
  const start = peek(cursor).offset;
  const query = parseQuery(cursor);
  const last = peek(cursor, -1);
  return {
    kind: "createView",
    path,
    orReplace,
    ifNotExists,
    columns,
    comment: options.comment ?? null,
    text: cursor.sql.slice(start, last.offset + last.raw.length),
    query,
  };
}

function parseViewColumn(cursor: Cursor): { readonly name: string; readonly comment: string | null } {
  const name = expectName(cursor);
  if (!accept(cursor, "COMMENT")) return { name, comment: null };
  accept(cursor, "=");
  return { name, comment: expectString(cursor) };
}
