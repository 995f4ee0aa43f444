import { accept, acceptOneOf, type Cursor, expect, listOf, parenthesized, peek, sees } from "./cursor.ts";
import { parseDataType } from "./data-type.ts";
import { parseExpression, parseOperand } from "./expression.ts";
import { parseOrderItem } from "./query.ts";
import type { Call, Expression, Frame, FrameBound, OrderItem, Window } from "./tree.ts";

/** Reads the call that begins at the parenthesis after `path`. */
export function parseCall(cursor: Cursor, path: readonly string[], at: number): Expression {
  const name = path.at(-1) ?? "";
  if (path.length === 1) {
    if (name === "CAST" || name === "TRY_CAST") return parseCast(cursor, name === "TRY_CAST");
    if (name === "EXTRACT") return parseExtract(cursor, at);
    if (name === "POSITION" && isPositionIn(cursor)) return parsePosition(cursor, at);
  }
  return parsePlainCall(cursor, path, at);
}

function parsePlainCall(cursor: Cursor, path: readonly string[], at: number): Call {
  expect(cursor, "(");
  // `* EXCLUDE (a)` is read as an argument.
  const star = peek(cursor, 1).value === ")" && accept(cursor, "*");
  const distinct = !star && accept(cursor, "DISTINCT");
  if (!star && !distinct) accept(cursor, "ALL");
  const args: Expression[] = [];
  const named = new Map<string, Expression>();
  if (!star && !sees(cursor, ")")) {
    listOf(cursor, (inner) => {
      if (peek(inner, 1).value === "=>" && peek(inner, 1).kind === "symbol") {
        const key = peek(inner).value;
        inner.index += 2;
        named.set(key, parseExpression(inner));
      } else args.push(parseExpression(inner));
    });
  }
  const insideNulls = parseNulls(cursor);
  const insideOrder = accept(cursor, "ORDER", "BY") ? listOf(cursor, parseOrderItem) : [];
  expect(cursor, ")");
  const withinGroup = accept(cursor, "WITHIN", "GROUP") ? parseWithinGroup(cursor) : insideOrder;
  const fromLast = accept(cursor, "FROM", "LAST");
  if (!fromLast && sees(cursor, "FROM", "FIRST")) cursor.index += 2;
  const nulls = insideNulls ?? parseNulls(cursor);
  const over = accept(cursor, "OVER") ? parenthesized(cursor, parseWindow) : null;
  return {
    kind: "call",
    name: path.at(-1) ?? "",
    path,
    args,
    named,
    distinct,
    star,
    withinGroup,
    nulls,
    fromLast,
    over,
    at,
  };
}

function parseNulls(cursor: Cursor): "IGNORE" | "RESPECT" | null {
  if (accept(cursor, "IGNORE", "NULLS")) return "IGNORE";
  return accept(cursor, "RESPECT", "NULLS") ? "RESPECT" : null;
}

function parseWithinGroup(cursor: Cursor): readonly OrderItem[] {
  return parenthesized(cursor, (inner) => {
    expect(inner, "ORDER", "BY");
    return listOf(inner, parseOrderItem);
  });
}

function parseWindow(cursor: Cursor): Window {
  const partitionBy = accept(cursor, "PARTITION", "BY") ? listOf(cursor, parseExpression) : [];
  const orderBy = accept(cursor, "ORDER", "BY") ? listOf(cursor, parseOrderItem) : [];
  const unit = acceptOneOf(cursor, "ROWS", "RANGE") as "ROWS" | "RANGE" | undefined;
  return { partitionBy, orderBy, frame: unit === undefined ? null : parseFrame(cursor, unit) };
}

function parseFrame(cursor: Cursor, unit: "ROWS" | "RANGE"): Frame {
  if (!accept(cursor, "BETWEEN")) return { unit, start: parseBound(cursor), end: { kind: "currentRow" } };
  const start = parseBound(cursor);
  expect(cursor, "AND");
  return { unit, start, end: parseBound(cursor) };
}

function parseBound(cursor: Cursor): FrameBound {
  if (accept(cursor, "CURRENT", "ROW")) return { kind: "currentRow" };
  if (accept(cursor, "UNBOUNDED", "PRECEDING")) return { kind: "unboundedPreceding" };
  if (accept(cursor, "UNBOUNDED", "FOLLOWING")) return { kind: "unboundedFollowing" };
  const value = parseExpression(cursor);
  if (accept(cursor, "PRECEDING")) return { kind: "preceding", value };
  expect(cursor, "FOLLOWING");
  return { kind: "following", value };
}

function parseCast(cursor: Cursor, safe: boolean): Expression {
  return parenthesized(cursor, (inner) => {
    const value = parseExpression(inner);
    expect(inner, "AS");
    const declared = peek(inner).value;
    return { kind: "cast", value, type: parseDataType(inner), safe, declared };
  });
}

function parseExtract(cursor: Cursor, at: number): Expression {
  return parenthesized(cursor, (inner) => {
    const part = parseExpression(inner);
    if (!accept(inner, "FROM")) expect(inner, ",");
    return plainCall("DATE_PART", [part, parseExpression(inner)], at);
  });
}

function isPositionIn(cursor: Cursor): boolean {
  let depth = 0;
  for (let ahead = 0; ; ahead += 1) {
    const token = peek(cursor, ahead);
    if (token.kind === "end") return false;
    if (token.kind === "symbol" && token.value === "(") depth += 1;
    if (token.kind === "symbol" && token.value === ")") {
      depth -= 1;
      if (depth === 0) return false;
    }
    if (depth === 1 && token.kind === "word" && token.value === "IN") return true;
  }
}

function parsePosition(cursor: Cursor, at: number): Expression {
  return parenthesized(cursor, (inner) => {
    const part = parseOperand(inner);
    expect(inner, "IN");
    return plainCall("POSITION", [part, parseOperand(inner)], at);
  });
}

export function plainCall(name: string, args: readonly Expression[], at: number): Call {
  return {
    kind: "call",
    name,
    path: [name],
    args,
    named: new Map(),
    distinct: false,
    star: false,
    withinGroup: [],
    nulls: null,
    fromLast: false,
    over: null,
    at,
  };
}
