import type { LogicalType } from "../types/logical-type.ts";
import { parseCall, plainCall } from "./call.ts";
import {
  accept,
  type Cursor,
  expect,
  expectString,
  listOf,
  next,
  parenthesized,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseQuery, startsQuery } from "./query.ts";
import { isReserved, isReservedFunction } from "./reserved.ts";
import type { CaseBranch, Expression } from "./tree.ts";

/** Words that are calls without parentheses. */
const BARE_CALLS = new Set([
  "CURRENT_TIMESTAMP",
  "CURRENT_DATE",
  "CURRENT_TIME",
  "LOCALTIME",
  "LOCALTIMESTAMP",
  "CURRENT_USER",
]);

/** Reads a literal, name, call, CASE, subquery or parenthesised expression. */
export function parsePrimary(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (token.kind === "number") return { kind: "number", text: next(cursor).value };
  if (token.kind === "string") return { kind: "string", value: next(cursor).value };
  if (token.kind === "symbol") return parseSymbol(cursor);
  if (token.kind === "end") throw unexpected(cursor);
  if (token.kind === "word") {
    const special = parseWord(cursor, token.value);
    if (special !== null) return special;
  }
  return parseNamed(cursor);
}

function parseSymbol(cursor: Cursor): Expression {
  const token = peek(cursor);
  if (accept(cursor, "?")) {
    cursor.bindsSeen += 1;
    return { kind: "bind", index: cursor.bindsSeen };
  }
  if (sees(cursor, ":") && peek(cursor, 1).kind === "number") {
    cursor.index += 2;
    return { kind: "bind", index: Number(peek(cursor, -1).value) };
  }
  if (/^\$\d+$/.test(token.value)) {
    cursor.index += 1;
    return { kind: "position", index: Number(token.value.slice(1)), qualifier: null, at: token.offset };
  }
  if (sees(cursor, "$") && peek(cursor, 1).kind === "word") {
    cursor.index += 2;
    return { kind: "variable", name: peek(cursor, -1).value };
  }
  if (sees(cursor, "*")) return parseStar(cursor, null);
  if (accept(cursor, "[")) return parseArray(cursor);
  if (accept(cursor, "{")) return parseObject(cursor);
  if (!sees(cursor, "(")) throw unexpected(cursor);
  return parenthesized(cursor, parseParenthesized);
}

function parseParenthesized(cursor: Cursor): Expression {
  if (startsQuery(cursor)) return { kind: "subquery", query: parseQuery(cursor) };
  const items = listOf(cursor, parseExpression);
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { kind: "tuple", items };
}

function parseWord(cursor: Cursor, word: string): Expression | null {
  const literal = peek(cursor, 1).kind === "string" ? typedLiteral(cursor, word) : null;
  if (literal !== null) return literal;
  if (accept(cursor, "NULL")) return { kind: "null" };
  if (accept(cursor, "TRUE")) return { kind: "boolean", value: true };
  if (accept(cursor, "FALSE")) return { kind: "boolean", value: false };
  if (accept(cursor, "CASE")) return parseCase(cursor);
  if (sees(cursor, "EXISTS", "(")) {
    cursor.index += 1;
    return { kind: "exists", query: parenthesized(cursor, parseQuery) };
  }
  if (BARE_CALLS.has(word) && !sees(cursor, word, "(")) {
    return plainCall(word, [], next(cursor).offset);
  }
  if (isReserved(word) && !(isReservedFunction(word) && peek(cursor, 1).value === "(")) throw unexpected(cursor);
  return null;
}

function typedLiteral(cursor: Cursor, word: string): Expression | null {
  if (word === "INTERVAL") {
    cursor.index += 1;
    return { kind: "interval", text: expectString(cursor) };
  }
  const type = literalType(cursor, word);
  if (type === null) return null;
  cursor.index += 1;
  return { kind: "cast", value: { kind: "string", value: expectString(cursor) }, type, safe: false, declared: word };
}

function literalType(cursor: Cursor, word: string): LogicalType | null {
  if (word === "DATE") return { kind: "date" };
  if (word === "TIME") return { kind: "time", scale: 9 };
  if (word === "TIMESTAMP") return { kind: cursor.plainTimestamp, scale: 9 };
  if (word === "X") return { kind: "binary", length: 8_388_608 };
  return null;
}

function parseCase(cursor: Cursor): Expression {
  const operand = sees(cursor, "WHEN") ? null : parseExpression(cursor);
  const branches: CaseBranch[] = [];
  while (accept(cursor, "WHEN")) {
    const when = parseExpression(cursor);
    expect(cursor, "THEN");
    branches.push({ when, result: parseExpression(cursor) });
  }
  if (branches.length === 0) throw unexpected(cursor);
  const otherwise = accept(cursor, "ELSE") ? parseExpression(cursor) : null;
  expect(cursor, "END");
  return { kind: "case", operand, branches, otherwise };
}

function parseNamed(cursor: Cursor): Expression {
  const first = peek(cursor);
  const path = [next(cursor).value];
  while (sees(cursor, ".")) {
    const after = peek(cursor, 1);
    if (after.value === "*" && after.kind === "symbol") {
      cursor.index += 1;
      return parseStar(cursor, path);
    }
    if (after.kind === "symbol" && /^\$\d+$/.test(after.value)) {
      cursor.index += 2;
      return {
        kind: "position",
        index: Number(after.value.slice(1)),
        qualifier: path.at(-1) ?? null,
        at: first.offset,
      };
    }
    cursor.index += 1;
    const token = next(cursor);
    if (token.kind !== "word" && token.kind !== "quoted") throw unexpected(cursor, token);
    path.push(token.value);
  }
  if (sees(cursor, "(")) return parseCall(cursor, path, first.offset);
  return { kind: "column", path, at: first.offset, raw: cursor.sql.slice(first.offset, endOf(cursor)) };
}

function parseStar(cursor: Cursor, qualifier: readonly string[] | null): Expression {
  const at = peek(cursor).offset;
  expect(cursor, "*");
  const ilike = accept(cursor, "ILIKE") ? expectString(cursor) : null;
  const exclude = accept(cursor, "EXCLUDE") ? oneOrMany(cursor, nameOf) : [];
  const replace = accept(cursor, "REPLACE")
    ? oneOrMany(cursor, (inner) => {
        const value = parseExpression(inner);
        expect(inner, "AS");
        return { value, name: nameOf(inner) };
      })
    : [];
  const rename = accept(cursor, "RENAME")
    ? oneOrMany(cursor, (inner) => {
        const from = nameOf(inner);
        expect(inner, "AS");
        return { from, to: nameOf(inner) };
      })
    : [];
  return { kind: "star", qualifier, exclude, rename, replace, ilike, at };
}

function oneOrMany<T>(cursor: Cursor, item: (cursor: Cursor) => T): readonly T[] {
  return sees(cursor, "(") ? parenthesized(cursor, (inner) => listOf(inner, item)) : [item(cursor)];
}

function nameOf(cursor: Cursor): string {
  const token = next(cursor);
  if (token.kind !== "word" && token.kind !== "quoted") throw unexpected(cursor, token);
  return token.value;
}

function parseArray(cursor: Cursor): Expression {
  const items = sees(cursor, "]") ? [] : listOf(cursor, parseExpression);
  expect(cursor, "]");
  return { kind: "array", items };
}

function parseObject(cursor: Cursor): Expression {
  if (accept(cursor, "}")) return { kind: "object", entries: [] };
  const entries = listOf(cursor, (inner) => {
    const key = expectString(inner);
    expect(inner, ":");
    return { key, value: parseExpression(inner) };
  });
  expect(cursor, "}");
  return { kind: "object", entries };
}

function endOf(cursor: Cursor): number {
  const last = peek(cursor, -1);
  return last.offset + last.raw.length;
}
