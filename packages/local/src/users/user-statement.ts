import { unsupported } from "../sql/failures.ts";
import { accept, atEnd, type Cursor, expect, expectName, openCursor, unexpected } from "../sql/syntax/cursor.ts";
import { type Property, parseProperties } from "../sql/syntax/property.ts";

export type UserStatement =
  | {
      readonly kind: "createUser";
      readonly name: string;
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly set: readonly Property[];
    }
  | {
      readonly kind: "alterUser";
      readonly name: string;
      readonly ifExists: boolean;
      readonly set: readonly Property[];
      readonly unset: readonly string[];
    }
  | { readonly kind: "dropUser"; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: "describeUser"; readonly name: string };

const OF_A_USER =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:CREATE(?:\s+OR\s+REPLACE)?|ALTER|DROP|DESC|DESCRIBE)\s+USER\b/i;

/** Reads a statement about a user; undefined for any other. */
export function parseUserStatement(sql: string): UserStatement | undefined {
  if (!OF_A_USER.test(sql)) return undefined;
  const cursor = openCursor(sql);
  const statement = parseOne(cursor);
  while (accept(cursor, ";"));
  if (!atEnd(cursor)) throw unexpected(cursor);
  return statement;
}

function parseOne(cursor: Cursor): UserStatement {
  if (accept(cursor, "CREATE")) {
    const orReplace = accept(cursor, "OR", "REPLACE");
    expect(cursor, "USER");
    const ifNotExists = accept(cursor, "IF", "NOT", "EXISTS");
    return { kind: "createUser", name: expectName(cursor), orReplace, ifNotExists, set: parseProperties(cursor) };
  }
  if (accept(cursor, "DROP", "USER"))
    return { kind: "dropUser", ifExists: accept(cursor, "IF", "EXISTS"), name: expectName(cursor) };
  if (!accept(cursor, "ALTER")) {
    cursor.index += 2;
    return { kind: "describeUser", name: expectName(cursor) };
  }
  expect(cursor, "USER");
  const ifExists = accept(cursor, "IF", "EXISTS");
  const name = expectName(cursor);
  if (accept(cursor, "SET")) {
    const set = parseProperties(cursor);
    if (set.length === 0) throw unexpected(cursor);
    return { kind: "alterUser", name, ifExists, set, unset: [] };
  }
  if (!accept(cursor, "UNSET")) throw unsupported("ALTER USER other than SET and UNSET");
  const unset: string[] = [];
  do unset.push(expectName(cursor));
  while (accept(cursor, ",") || (!atEnd(cursor) && !accept(cursor, ";")));
  return { kind: "alterUser", name, ifExists, set: [], unset };
}
