import { compilationError, unsupported } from "../failures.ts";
import { parseAlter } from "./alter.ts";
import { parseCopy } from "./copy-into.ts";
import { parseCreate } from "./create.ts";
import {
  accept,
  atEnd,
  type Cursor,
  expect,
  expectName,
  expectPath,
  openCursor,
  type PlainTimestamp,
  parenthesized,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";
import { parseDelete, parseInsert, parseMerge, parseUpdate } from "./dml.ts";
import { parseExpression } from "./expression.ts";
import { parseQuery, startsQuery } from "./query.ts";
import { parseShow } from "./show.ts";
import { parseFileStatement, parseGet } from "./stage.ts";
import type { Statement } from "./statement-tree.ts";

const REFUSED = ["PUT", "CALL", "EXECUTE", "GRANT", "REVOKE", "UNDROP", "DECLARE", "COMMENT"];

/** Reads one statement; a second one after `;` is refused, as Snowflake does without MULTI_STATEMENT_COUNT. */
export function parseStatement(sql: string, plainTimestamp: PlainTimestamp): Statement {
  const cursor = openCursor(sql, plainTimestamp);
  if (atEnd(cursor)) throw compilationError("Empty SQL statement.", "000900");
  const statement = parseOne(cursor);
  while (accept(cursor, ";"));
  if (!atEnd(cursor)) {
    if (peek(cursor, -1).value === ";")
      throw compilationError(
        "Actual statement count 2 did not match the desired statement count 1.",
        "000008",
        "0A000",
      );
    throw unexpected(cursor);
  }
  return statement;
}

function parseOne(cursor: Cursor): Statement {
  if (sees(cursor, "SELECT", "SYSTEM$WAIT")) return parseWait(cursor);
  if (startsQuery(cursor)) return { kind: "query", query: parseQuery(cursor) };
  const word = peek(cursor).value;
  if (peek(cursor).kind !== "word") throw unexpected(cursor);
  if (REFUSED.includes(word)) throw unsupported(word);
  cursor.index += 1;
  switch (word) {
    case "INSERT":
      return parseInsert(cursor);
    case "UPDATE":
      return parseUpdate(cursor);
    case "DELETE":
      return parseDelete(cursor);
    case "MERGE":
      return parseMerge(cursor);
    case "TRUNCATE":
      accept(cursor, "TABLE");
      return { kind: "truncate", ifExists: accept(cursor, "IF", "EXISTS"), path: expectPath(cursor) };
    case "CREATE":
      return parseCreate(cursor);
    case "ALTER":
      return parseAlter(cursor);
    case "DROP":
      return parseDrop(cursor);
    case "USE":
      return parseUse(cursor);
    case "SHOW":
      return parseShow(cursor);
    case "DESC":
    case "DESCRIBE":
      return parseDescribe(cursor);
    case "COPY":
      return parseCopy(cursor);
    case "LIST":
    case "LS":
      return parseFileStatement(cursor, "listFiles");
    case "REMOVE":
    case "RM":
      return parseFileStatement(cursor, "removeFiles");
    case "GET":
      return parseGet(cursor);
    case "EXPLAIN":
      if (accept(cursor, "USING")) throw unsupported("EXPLAIN USING");
      return { kind: "explain", query: parseQuery(cursor) };
    case "SET":
      return parseSet(cursor);
    case "UNSET":
      return { kind: "unsetVariable", name: expectName(cursor) };
    default:
      return parseTransaction(cursor, word);
  }
}

function parseTransaction(cursor: Cursor, word: string): Statement {
  if (word === "BEGIN" || (word === "START" && sees(cursor, "TRANSACTION"))) {
    for (const extra of ["TRANSACTION", "WORK"]) accept(cursor, extra);
    if (accept(cursor, "NAME")) expectName(cursor);
    return { kind: "begin" };
  }
  if (word === "COMMIT" || word === "ROLLBACK") {
    accept(cursor, "WORK");
    return { kind: word === "COMMIT" ? "commit" : "rollback" };
  }
  cursor.index -= 1;
  throw unexpected(cursor);
}

function parseDrop(cursor: Cursor): Statement {
  if (accept(cursor, "STAGE"))
    return { kind: "dropStage", ifExists: accept(cursor, "IF", "EXISTS"), path: expectPath(cursor) };
  if (accept(cursor, "STORAGE", "INTEGRATION") || accept(cursor, "INTEGRATION"))
    return { kind: "dropIntegration", ifExists: accept(cursor, "IF", "EXISTS"), name: expectName(cursor) };
  const object = (["TABLE", "VIEW", "SCHEMA", "DATABASE"] as const).find((word) => accept(cursor, word));
  if (object === undefined) throw unsupported(`DROP ${peek(cursor).value}`);
  const ifExists = accept(cursor, "IF", "EXISTS");
  const path = expectPath(cursor);
  if (!accept(cursor, "CASCADE")) accept(cursor, "RESTRICT");
  return { kind: "drop", object, path, ifExists };
}

function parseUse(cursor: Cursor): Statement {
  if (accept(cursor, "SECONDARY", "ROLES"))
    return { kind: "use", object: "SECONDARY ROLES", path: [expectName(cursor)] };
  const object = (["DATABASE", "SCHEMA", "WAREHOUSE", "ROLE"] as const).find((word) => accept(cursor, word));
  const path = expectPath(cursor);
  return { kind: "use", object: object ?? (path.length === 1 ? "DATABASE" : "SCHEMA"), path };
}

function parseDescribe(cursor: Cursor): Statement {
  if (accept(cursor, "STAGE")) return { kind: "describeStage", path: expectPath(cursor) };
  if (accept(cursor, "STORAGE", "INTEGRATION") || accept(cursor, "INTEGRATION"))
    return { kind: "describeIntegration", name: expectName(cursor) };
  const object = accept(cursor, "VIEW") ? "VIEW" : "TABLE";
  if (
    object === "TABLE" &&
    !accept(cursor, "TABLE") &&
    ["DATABASE", "SCHEMA", "USER", "WAREHOUSE", "FUNCTION", "RESULT"].includes(peek(cursor).value)
  )
    throw unsupported(`DESCRIBE ${peek(cursor).value}`);
  const path = expectPath(cursor);
  if (accept(cursor, "TYPE")) {
    expect(cursor, "=");
    expect(cursor, "COLUMNS");
  }
  return { kind: "describe", path, object };
}

function parseSet(cursor: Cursor): Statement {
  const name = expectName(cursor);
  expect(cursor, "=");
  return { kind: "setVariable", name, value: parseExpression(cursor) };
}

function parseWait(cursor: Cursor): Statement {
  cursor.index += 2;
  const seconds = parenthesized(cursor, (inner) => {
    const value = parseExpression(inner);
    if (value.kind !== "number") throw unexpected(inner);
    const unit = accept(inner, ",") ? peek(inner).value.toUpperCase() : "SECONDS";
    if (unit !== "SECONDS") inner.index += 1;
    else if (peek(inner).kind === "string") inner.index += 1;
    return Number(value.text) * ({ MILLISECONDS: 0.001, SECONDS: 1, MINUTES: 60 }[unit] ?? 1);
  });
  return { kind: "wait", seconds };
}
