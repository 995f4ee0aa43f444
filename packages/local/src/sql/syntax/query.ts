import {
  accept,
  acceptOneOf,
  type Cursor,
  expect,
  expectName,
  listOf,
  parenthesized,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseFrom } from "./relation.ts";
import { isReserved } from "./reserved.ts";
import type {
  CommonTable,
  Expression,
  GroupBy,
  OrderItem,
  Query,
  Select,
  SelectItem,
  SetOperation,
  Values,
} from "./tree.ts";

/** Whether a query begins here, possibly inside parentheses. */
export function startsQuery(cursor: Cursor): boolean {
  let ahead = 0;
  while (peek(cursor, ahead).value === "(" && peek(cursor, ahead).kind === "symbol") ahead += 1;
  const token = peek(cursor, ahead);
  return (
    token.kind === "word" &&
    (token.value === "SELECT" || (token.value === "WITH" && ahead >= 0) || (ahead === 0 && token.value === "VALUES"))
  );
}

/** Reads WITH, the body, set operations, ORDER BY, LIMIT, OFFSET and FETCH. */
export function parseQuery(cursor: Cursor): Query {
  const commonTables = accept(cursor, "WITH") ? parseCommonTables(cursor) : [];
  const body = parseUnion(cursor);
  const tail = parseTail(cursor);
  const bare = tail.orderBy.length === 0 && tail.limit === null && tail.offset === null && commonTables.length === 0;
  return bare ? body : merge(body, commonTables, tail);
}

interface Tail {
  readonly orderBy: readonly OrderItem[];
  readonly limit: Expression | null;
  readonly offset: Expression | null;
}

function merge(inner: Query, commonTables: readonly CommonTable[], tail: Tail): Query {
  const plain = inner.orderBy.length === 0 && inner.limit === null && inner.offset === null && inner.with.length === 0;
  if (plain) return { ...inner, with: commonTables, ...tail };
  return { with: commonTables, body: { kind: "select", ...starOf(inner) }, ...tail };
}

function starOf(query: Query): Omit<Select, "kind"> {
  const star: Expression = { kind: "star", qualifier: null, exclude: [], rename: [], replace: [], ilike: null, at: 0 };
  return {
    distinct: false,
    items: [{ value: star, alias: null, source: "*" }],
    from: { kind: "derived", query, alias: { name: null, columns: [] }, sample: null },
    where: null,
    groupBy: null,
    having: null,
    qualify: null,
  };
}

function parseCommonTables(cursor: Cursor): readonly CommonTable[] {
  accept(cursor, "RECURSIVE");
  return listOf(cursor, (inner) => {
    const name = expectName(inner);
    const columns = sees(inner, "(") ? parenthesized(inner, (list) => listOf(list, expectName)) : [];
    expect(inner, "AS");
    return { name, columns, query: parenthesized(inner, parseQuery) };
  });
}

function parseUnion(cursor: Cursor): Query {
  let left = parseIntersect(cursor);
  for (;;) {
    const word = acceptOneOf(cursor, "UNION", "EXCEPT", "MINUS");
    if (word === undefined) return left;
    left = setOperation(
      word === "UNION" ? "UNION" : "EXCEPT",
      accept(cursor, "ALL"),
      left,
      parseSetRight(cursor, parseIntersect),
    );
  }
}

function parseIntersect(cursor: Cursor): Query {
  let left = parseTerm(cursor);
  while (accept(cursor, "INTERSECT"))
    left = setOperation("INTERSECT", accept(cursor, "ALL"), left, parseSetRight(cursor, parseTerm));
  return left;
}

function parseSetRight(cursor: Cursor, term: (cursor: Cursor) => Query): Query {
  accept(cursor, "DISTINCT");
  return term(cursor);
}

function setOperation(operator: SetOperation["operator"], all: boolean, left: Query, right: Query): Query {
  return queryOf({ kind: "set", operator, all, left, right });
}

function parseTerm(cursor: Cursor): Query {
  if (sees(cursor, "(")) return parenthesized(cursor, parseQuery);
  if (sees(cursor, "VALUES")) return queryOf(parseValues(cursor));
  if (sees(cursor, "WITH")) return parseQuery(cursor);
  expect(cursor, "SELECT");
  return parseSelect(cursor);
}

function queryOf(body: Query["body"]): Query {
  return { with: [], body, orderBy: [], limit: null, offset: null };
}

/** `VALUES (1, 'a'), (2, 'b')`. */
export function parseValues(cursor: Cursor): Values {
  expect(cursor, "VALUES");
  return {
    kind: "values",
    rows: listOf(cursor, (inner) => parenthesized(inner, (row) => listOf(row, parseExpression))),
  };
}

function parseSelect(cursor: Cursor): Query {
  const distinct = accept(cursor, "DISTINCT");
  if (!distinct) accept(cursor, "ALL");
  const top: Expression | null = accept(cursor, "TOP") ? { kind: "number", text: numberText(cursor) } : null;
  const items = listOf(cursor, parseSelectItem);
  const from = accept(cursor, "FROM") ? parseFrom(cursor) : null;
  const where = accept(cursor, "WHERE") ? parseExpression(cursor) : null;
  const groupBy = accept(cursor, "GROUP", "BY") ? parseGroupBy(cursor) : null;
  const having = accept(cursor, "HAVING") ? parseExpression(cursor) : null;
  const qualify = accept(cursor, "QUALIFY") ? parseExpression(cursor) : null;
  const body: Select = { kind: "select", distinct, items, from, where, groupBy, having, qualify };
  return { ...queryOf(body), limit: top };
}

function numberText(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "number") throw unexpected(cursor);
  cursor.index += 1;
  return token.value;
}

function parseSelectItem(cursor: Cursor): SelectItem {
  const start = peek(cursor).offset;
  const value = parseExpression(cursor);
  const last = peek(cursor, -1);
  const source = cursor.sql.slice(start, last.offset + last.raw.length);
  return { value, alias: parseAlias(cursor), source };
}

/** `AS name`, or a bare name that no clause begins with. */
export function parseAlias(cursor: Cursor): string | null {
  if (accept(cursor, "AS")) return expectName(cursor);
  const token = peek(cursor);
  if (token.kind === "quoted" || (token.kind === "word" && !isReserved(token.value))) return expectName(cursor);
  return null;
}

function parseGroupBy(cursor: Cursor): GroupBy {
  if (accept(cursor, "ALL")) return { kind: "all" };
  if (accept(cursor, "ROLLUP"))
    return { kind: "rollup", items: parenthesized(cursor, (inner) => listOf(inner, parseExpression)) };
  if (accept(cursor, "CUBE"))
    return { kind: "cube", items: parenthesized(cursor, (inner) => listOf(inner, parseExpression)) };
  if (accept(cursor, "GROUPING", "SETS"))
    return { kind: "sets", sets: parenthesized(cursor, (inner) => listOf(inner, parseGroupingSet)) };
  return { kind: "plain", items: listOf(cursor, parseExpression) };
}

function parseGroupingSet(cursor: Cursor): readonly Expression[] {
  if (!sees(cursor, "(")) return [parseExpression(cursor)];
  return parenthesized(cursor, (inner) => (sees(inner, ")") ? [] : listOf(inner, parseExpression)));
}

function parseTail(cursor: Cursor): Tail {
  const orderBy = accept(cursor, "ORDER", "BY") ? listOf(cursor, parseOrderItem) : [];
  let limit: Expression | null = null;
  let offset: Expression | null = null;
  for (;;) {
    if (accept(cursor, "LIMIT")) limit = parseExpression(cursor);
    else if (accept(cursor, "OFFSET")) {
      offset = parseExpression(cursor);
      acceptOneOf(cursor, "ROW", "ROWS");
    } else if (accept(cursor, "FETCH")) {
      acceptOneOf(cursor, "FIRST", "NEXT");
      limit = parseExpression(cursor);
      acceptOneOf(cursor, "ROW", "ROWS");
      accept(cursor, "ONLY");
    } else return { orderBy, limit, offset };
  }
}

/** `expr [ASC|DESC] [NULLS FIRST|LAST]`. */
export function parseOrderItem(cursor: Cursor): OrderItem {
  const value = parseExpression(cursor);
  const descending = acceptOneOf(cursor, "ASC", "DESC") === "DESC";
  const nulls = accept(cursor, "NULLS")
    ? (acceptOneOf(cursor, "FIRST", "LAST") as "FIRST" | "LAST" | undefined)
    : undefined;
  return { value, descending, nulls: nulls ?? null };
}
