import { unsupported } from "../failures.ts";
import { accept, type Cursor, expect, expectInteger, expectPath, expectString, peek, sees } from "./cursor.ts";
import type { Show, ShowObject } from "./statement-tree.ts";

const OBJECTS: readonly ShowObject[] = [
  "TABLES",
  "VIEWS",
  "OBJECTS",
  "COLUMNS",
  "SCHEMAS",
  "DATABASES",
  "WAREHOUSES",
  "PRIMARY KEYS",
  "UNIQUE KEYS",
  "IMPORTED KEYS",
  "EXPORTED KEYS",
  "PARAMETERS",
  "INDEXES",
  "VARIABLES",
  "ROLES",
  "USERS",
  "STAGES",
  "STORAGE INTEGRATIONS",
  "INTEGRATIONS",
  "SEQUENCES",
  "STREAMS",
  "PROCEDURES",
  "FUNCTIONS",
  "DYNAMIC TABLES",
  "MATERIALIZED VIEWS",
  "TRANSACTIONS",
];

/** Reads what follows SHOW; comments between the words are gone already. */
export function parseShow(cursor: Cursor): Show {
  const terse = accept(cursor, "TERSE");
  const object = OBJECTS.find((name) => accept(cursor, ...name.split(" ")));
  if (object === undefined) throw unsupported(`SHOW ${peek(cursor).value}`);
  accept(cursor, "HISTORY");
  const like = accept(cursor, "LIKE") ? expectString(cursor) : null;
  const scope = parseScope(cursor, object);
  const startsWith = accept(cursor, "STARTS", "WITH") ? expectString(cursor) : null;
  const limit = accept(cursor, "LIMIT") ? expectInteger(cursor) : null;
  const fromName = limit !== null && accept(cursor, "FROM") ? expectString(cursor) : null;
  return { kind: "show", object, like, startsWith, limit, fromName, scope, terse };
}

function parseScope(cursor: Cursor, object: ShowObject): Show["scope"] {
  if (accept(cursor, "FOR")) {
    expect(cursor, "SESSION");
    return null;
  }
  if (!accept(cursor, "IN")) return null;
  if (accept(cursor, "ACCOUNT")) return { kind: "account" };
  if (accept(cursor, "SESSION")) return null;
  const kind = (["DATABASE", "SCHEMA", "TABLE", "VIEW"] as const).find((word) => sees(cursor, word));
  if (kind !== undefined) cursor.index += 1;
  if (
    kind !== undefined &&
    (peek(cursor).kind === "end" || sees(cursor, ";") || sees(cursor, "LIMIT") || sees(cursor, "STARTS"))
  )
    return null;
  const path = expectPath(cursor);
  if (kind === "DATABASE") return { kind: "database", path };
  if (kind === "SCHEMA") return { kind: "schema", path };
  if (kind !== undefined) return { kind: "table", path };
  if (object === "SCHEMAS") return { kind: "database", path };
  if (object === "COLUMNS" || object.endsWith("KEYS")) return { kind: "table", path };
  return path.length === 2 ? { kind: "schema", path } : { kind: "database", path };
}
