import { accept, acceptOneOf, type Cursor, expect, expectString, listOf, parenthesized, peek, sees } from "./cursor.ts";
import { parseDataType } from "./data-type.ts";
import { parsePrimary } from "./primary.ts";
import { parseQuery, startsQuery } from "./query.ts";
import type { BinaryOperator, Expression, PathStep } from "./tree.ts";

/** Reads an expression of any precedence. */
export function parseExpression(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  while (accept(cursor, "OR")) left = { kind: "binary", op: "OR", left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  while (accept(cursor, "AND")) left = { kind: "binary", op: "AND", left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Expression {
  return accept(cursor, "NOT") ? { kind: "unary", op: "NOT", value: parseNot(cursor) } : parseComparison(cursor);
}

function parseComparison(cursor: Cursor): Expression {
  let left = parseOperand(cursor);
  for (;;) {
    const operator = acceptOneOf(cursor, "=", "<>", "!=", "<=", ">=", "<", ">");
    if (operator !== undefined) {
      const op = (operator === "!=" ? "<>" : operator) as BinaryOperator;
      left = { kind: "binary", op, left, right: parseOperand(cursor) };
      continue;
    }
    const predicate = parsePredicate(cursor, left);
    if (predicate === null) return left;
    left = predicate;
  }
}

function parsePredicate(cursor: Cursor, value: Expression): Expression | null {
  if (accept(cursor, "IS")) return parseIs(cursor, value);
  const negated =
    sees(cursor, "NOT") && ["IN", "LIKE", "ILIKE", "RLIKE", "REGEXP", "BETWEEN"].includes(peek(cursor, 1).value);
  if (negated) cursor.index += 1;
  if (accept(cursor, "BETWEEN")) {
    const low = parseOperand(cursor);
    expect(cursor, "AND");
    return { kind: "between", value, low, high: parseOperand(cursor), negated };
  }
  if (accept(cursor, "IN")) {
    const items = parenthesized(cursor, (inner) =>
      startsQuery(inner) ? parseQuery(inner) : listOf(inner, parseExpression),
    );
    return { kind: "in", value, items, negated };
  }
  return parseLike(cursor, value, negated);
}

function parseLike(cursor: Cursor, value: Expression, negated: boolean): Expression | null {
  const word = acceptOneOf(cursor, "LIKE", "ILIKE", "RLIKE", "REGEXP");
  if (word === undefined) return null;
  const operator = word === "LIKE" || word === "ILIKE" ? word : "RLIKE";
  const quantifier =
    acceptOneOf(cursor, "ANY", "ALL") === "ALL" ? "ALL" : sees(cursor, "(") && wasAny(cursor) ? "ANY" : "ONE";
  const patterns =
    quantifier === "ONE" ? [parseOperand(cursor)] : parenthesized(cursor, (inner) => listOf(inner, parseExpression));
  const mark = accept(cursor, "ESCAPE") ? parseOperand(cursor) : null;
  return { kind: "like", value, patterns, quantifier, operator, escape: mark, negated };
}

function wasAny(cursor: Cursor): boolean {
  return cursor.tokens[cursor.index - 1]?.value === "ANY";
}

function parseIs(cursor: Cursor, value: Expression): Expression {
  const negated = accept(cursor, "NOT");
  if (accept(cursor, "DISTINCT")) {
    expect(cursor, "FROM");
    return { kind: "isDistinct", left: value, right: parseOperand(cursor), negated };
  }
  const word = acceptOneOf(cursor, "TRUE", "FALSE");
  if (word !== undefined) return { kind: "isBoolean", value, expected: word === "TRUE", negated };
  expect(cursor, "NULL");
  return { kind: "isNull", value, negated };
}

/** Reads what stands beside a comparison. */
export function parseOperand(cursor: Cursor): Expression {
  let left = parseSum(cursor);
  while (accept(cursor, "||")) left = { kind: "binary", op: "||", left, right: parseSum(cursor) };
  return left;
}

function parseSum(cursor: Cursor): Expression {
  let left = parseProduct(cursor);
  for (;;) {
    const op = acceptOneOf(cursor, "+", "-") as "+" | "-" | undefined;
    if (op === undefined) return left;
    left = { kind: "binary", op, left, right: parseProduct(cursor) };
  }
}

function parseProduct(cursor: Cursor): Expression {
  let left = parseUnary(cursor);
  for (;;) {
    const op = acceptOneOf(cursor, "*", "/", "%") as "*" | "/" | "%" | undefined;
    if (op === undefined) return left;
    left = { kind: "binary", op, left, right: parseUnary(cursor) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  const op = acceptOneOf(cursor, "-", "+") as "-" | "+" | undefined;
  if (op !== undefined) return { kind: "unary", op, value: parseUnary(cursor) };
  return parsePostfix(cursor);
}

function parsePostfix(cursor: Cursor): Expression {
  let value = parsePrimary(cursor);
  for (;;) {
    if (accept(cursor, "::")) {
      const declared = peek(cursor).value;
      value = { kind: "cast", value, type: parseDataType(cursor), safe: false, declared };
    } else if (sees(cursor, "[") || (sees(cursor, ":") && isKey(cursor, 1))) {
      value = { kind: "path", base: value, steps: parseSteps(cursor) };
    } else if (accept(cursor, "COLLATE")) {
      expectString(cursor);
    } else {
      return value;
    }
  }
}

function parseSteps(cursor: Cursor): readonly PathStep[] {
  const steps: PathStep[] = [];
  for (;;) {
    if (accept(cursor, "[")) {
      const value = parseExpression(cursor);
      expect(cursor, "]");
      steps.push(value.kind === "string" ? { kind: "key", key: value.value } : { kind: "index", value });
    } else if ((sees(cursor, ":") || (steps.length > 0 && sees(cursor, "."))) && isKey(cursor, 1)) {
      const token = peek(cursor, 1);
      cursor.index += 2;
      steps.push({ kind: "key", key: token.kind === "quoted" ? token.value : token.raw });
    } else {
      return steps;
    }
  }
}

function isKey(cursor: Cursor, ahead: number): boolean {
  const kind = peek(cursor, ahead).kind;
  return kind === "word" || kind === "quoted";
}
