import { syntaxError } from "../failures.ts";
import { placeOf, type Token, tokenize } from "./lexer.ts";

/** A reading position in a statement's tokens. Parsers move it forward; `mark` and `reset` look ahead. */
export interface Cursor {
  readonly sql: string;
  readonly tokens: readonly Token[];
  index: number;
  /** How many `?` have been read: they number themselves. */
  bindsSeen: number;
  /** What TIMESTAMP and DATETIME without a suffix mean in this session (TIMESTAMP_TYPE_MAPPING). */
  readonly plainTimestamp: PlainTimestamp;
}

export type PlainTimestamp = "timestamp_ntz" | "timestamp_ltz" | "timestamp_tz";

export function openCursor(sql: string, plainTimestamp: PlainTimestamp = "timestamp_ntz"): Cursor {
  return { sql, tokens: tokenize(sql), index: 0, bindsSeen: 0, plainTimestamp };
}

export function peek(cursor: Cursor, ahead = 0): Token {
  const token = cursor.tokens[Math.min(cursor.index + ahead, cursor.tokens.length - 1)];
  if (token === undefined) throw new RangeError("a token list always ends with an end token");
  return token;
}

export function next(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.index += 1;
  return token;
}

export function unexpected(cursor: Cursor, token: Token = peek(cursor)): Error {
  return syntaxError(placeOf(cursor.sql, token.offset), token.raw);
}

/** Whether the next tokens are these keywords or symbols. */
export function sees(cursor: Cursor, ...words: readonly string[]): boolean {
  return words.every((word, ahead) => is(peek(cursor, ahead), word));
}

/** Takes these keywords or symbols when they are next. */
export function accept(cursor: Cursor, ...words: readonly string[]): boolean {
  if (!sees(cursor, ...words)) return false;
  cursor.index += words.length;
  return true;
}

/** Takes the first of these single words that is next. */
export function acceptOneOf(cursor: Cursor, ...words: readonly string[]): string | undefined {
  return words.find((word) => accept(cursor, word));
}

export function expect(cursor: Cursor, ...words: readonly string[]): void {
  for (const word of words) {
    if (!accept(cursor, word)) throw unexpected(cursor);
  }
}

export function expectString(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "string") throw unexpected(cursor);
  cursor.index += 1;
  return token.value;
}

export function expectInteger(cursor: Cursor): number {
  const token = peek(cursor);
  if (token.kind !== "number" || !/^\d+$/.test(token.value)) throw unexpected(cursor);
  cursor.index += 1;
  return Number(token.value);
}

/** A name: quoted as written, unquoted in upper case. */
export function expectName(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "word" && token.kind !== "quoted") throw unexpected(cursor);
  cursor.index += 1;
  return token.value;
}

/** `a`, `a.b`, `a.b.c` or `a..c` (the default schema, PUBLIC). */
export function expectPath(cursor: Cursor): readonly string[] {
  const path = [expectName(cursor)];
  while (accept(cursor, ".")) path.push(sees(cursor, ".") ? "PUBLIC" : expectName(cursor));
  return path;
}

export function listOf<T>(cursor: Cursor, item: (cursor: Cursor) => T): readonly T[] {
  const items = [item(cursor)];
  while (accept(cursor, ",")) items.push(item(cursor));
  return items;
}

export function parenthesized<T>(cursor: Cursor, body: (cursor: Cursor) => T): T {
  expect(cursor, "(");
  const value = body(cursor);
  expect(cursor, ")");
  return value;
}

export function atEnd(cursor: Cursor): boolean {
  return peek(cursor).kind === "end";
}

function is(token: Token, word: string): boolean {
  return (token.kind === "word" || token.kind === "symbol") && token.value === word;
}
