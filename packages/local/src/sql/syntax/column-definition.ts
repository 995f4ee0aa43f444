import { unsupported } from "../failures.ts";
import {
  accept,
  type Cursor,
  expect,
  expectInteger,
  expectName,
  expectPath,
  expectString,
  listOf,
  parenthesized,
  peek,
  sees,
} from "./cursor.ts";
import { parseDataType } from "./data-type.ts";
import { parseExpression } from "./expression.ts";
import type { ColumnDefinition, ConstraintDefinition } from "./statement-tree.ts";

const CONSTRAINT_WORDS = ["CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN"];

export function startsConstraint(cursor: Cursor): boolean {
  const [first, second] = [peek(cursor), peek(cursor, 1)];
  if (first.kind !== "word" || !CONSTRAINT_WORDS.includes(first.value)) return false;
  return first.value === "CONSTRAINT" || second.value === "KEY" || second.value === "(";
}

/** A table's own constraint. */
export function parseConstraint(cursor: Cursor): ConstraintDefinition {
  const name = accept(cursor, "CONSTRAINT") ? expectName(cursor) : null;
  const kind = parseKind(cursor);
  const columns = parenthesized(cursor, (inner) => listOf(inner, expectName));
  const references = kind === "FOREIGN KEY" ? parseReferences(cursor) : null;
  skipProperties(cursor);
  return { kind, name, columns, references };
}

function parseKind(cursor: Cursor): ConstraintDefinition["kind"] {
  if (accept(cursor, "PRIMARY", "KEY")) return "PRIMARY KEY";
  if (accept(cursor, "FOREIGN", "KEY")) return "FOREIGN KEY";
  expect(cursor, "UNIQUE");
  return "UNIQUE";
}

function parseReferences(cursor: Cursor): { readonly path: readonly string[]; readonly columns: readonly string[] } {
  expect(cursor, "REFERENCES");
  const path = expectPath(cursor);
  return { path, columns: sees(cursor, "(") ? parenthesized(cursor, (inner) => listOf(inner, expectName)) : [] };
}

function skipProperties(cursor: Cursor): void {
  for (let moved = true; moved; ) {
    moved = false;
    for (const words of [
      ["NOT", "ENFORCED"],
      ["ENFORCED"],
      ["NOT", "DEFERRABLE"],
      ["DEFERRABLE"],
      ["INITIALLY", "DEFERRED"],
      ["INITIALLY", "IMMEDIATE"],
      ["ENABLE"],
      ["DISABLE"],
      ["VALIDATE"],
      ["NOVALIDATE"],
      ["RELY"],
      ["NORELY"],
    ])
      if (accept(cursor, ...words)) moved = true;
  }
}

/** `name type [options]`; constraints written beside the column go to the list. */
export function parseColumn(cursor: Cursor, constraints: ConstraintDefinition[]): ColumnDefinition {
  const name = expectName(cursor);
  const untyped = [",", ")", "COMMENT", "NOT", "DEFAULT"].includes(peek(cursor).value);
  const type = untyped ? null : parseDataType(cursor);
  let column: ColumnDefinition = { name, type, nullable: true, default: null, identity: null, comment: null };
  for (;;) {
    const next = parseColumnOption(cursor, column, constraints);
    if (next === null) return column;
    column = next;
  }
}

function parseColumnOption(
  cursor: Cursor,
  column: ColumnDefinition,
  constraints: ConstraintDefinition[],
): ColumnDefinition | null {
  if (accept(cursor, "NOT", "NULL")) return { ...column, nullable: false };
  if (accept(cursor, "NULL")) return { ...column, nullable: true };
  if (accept(cursor, "DEFAULT")) return { ...column, default: parseSqlText(cursor) };
  if (accept(cursor, "IDENTITY") || accept(cursor, "AUTOINCREMENT"))
    return { ...column, identity: parseIdentity(cursor), nullable: false };
  if (accept(cursor, "COLLATE")) {
    const collation = expectString(cursor);
    if (!["", "utf8", "en-cs"].includes(collation)) throw unsupported(`the collation '${collation}'`);
    return column;
  }
  if (accept(cursor, "COMMENT")) {
    accept(cursor, "=");
    return { ...column, comment: expectString(cursor) };
  }
  if (sees(cursor, "WITH") || sees(cursor, "MASKING") || sees(cursor, "PROJECTION"))
    throw unsupported("a policy or tag on a column");
  return parseInlineConstraint(cursor, column, constraints);
}

function parseInlineConstraint(
  cursor: Cursor,
  column: ColumnDefinition,
  constraints: ConstraintDefinition[],
): ColumnDefinition | null {
  const name = accept(cursor, "CONSTRAINT") ? expectName(cursor) : null;
  if (accept(cursor, "NOT", "NULL")) return { ...column, nullable: false };
  const columns = [column.name];
  if (accept(cursor, "PRIMARY", "KEY")) constraints.push({ kind: "PRIMARY KEY", name, columns, references: null });
  else if (accept(cursor, "UNIQUE")) constraints.push({ kind: "UNIQUE", name, columns, references: null });
  else if (sees(cursor, "FOREIGN") || sees(cursor, "REFERENCES")) {
    accept(cursor, "FOREIGN", "KEY");
    constraints.push({ kind: "FOREIGN KEY", name, columns, references: parseReferences(cursor) });
  } else return null;
  skipProperties(cursor);
  return constraints.at(-1)?.kind === "PRIMARY KEY" ? { ...column, nullable: false } : column;
}

/** An expression's text, read to check it. */
export function parseSqlText(cursor: Cursor): string {
  const start = peek(cursor).offset;
  parseExpression(cursor);
  const last = peek(cursor, -1);
  return cursor.sql.slice(start, last.offset + last.raw.length);
}

function parseIdentity(cursor: Cursor): { readonly start: number; readonly increment: number } {
  let [start, increment] = [1, 1];
  if (accept(cursor, "(")) {
    start = expectInteger(cursor);
    expect(cursor, ",");
    increment = expectInteger(cursor);
    expect(cursor, ")");
  } else {
    if (accept(cursor, "START")) {
      accept(cursor, "WITH");
      start = expectInteger(cursor);
    }
    if (accept(cursor, "INCREMENT")) {
      accept(cursor, "BY");
      increment = expectInteger(cursor);
    }
  }
  if (!accept(cursor, "ORDER")) accept(cursor, "NOORDER");
  return { start, increment };
}
