import { unsupported } from "../failures.ts";
import { parseCall } from "./call.ts";
import {
  accept,
  acceptOneOf,
  type Cursor,
  expect,
  expectInteger,
  expectName,
  expectPath,
  listOf,
  next,
  parenthesized,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { parseAlias, parseQuery, parseValues, startsQuery } from "./query.ts";
import type { Call, ChangesClause, JoinKind, Relation, RelationAlias, Sample, TimeTravel } from "./tree.ts";

const REFUSED = ["PIVOT", "UNPIVOT", "MATCH_RECOGNIZE", "START", "CONNECT"];

/** Reads what follows FROM: relations joined by commas and JOIN. */
export function parseFrom(cursor: Cursor): Relation {
  let left = parseJoined(cursor);
  while (accept(cursor, ",")) left = join("CROSS", left, parseJoined(cursor));
  for (const word of REFUSED) if (sees(cursor, word)) throw unsupported(word);
  return left;
}

function parseJoined(cursor: Cursor): Relation {
  let left = parseRelation(cursor);
  for (;;) {
    const natural = accept(cursor, "NATURAL");
    const kind = parseJoinKind(cursor);
    if (kind === null) {
      if (natural) throw unexpected(cursor);
      return left;
    }
    const right = parseRelation(cursor);
    const on = accept(cursor, "ON") ? parseExpression(cursor) : null;
    const using =
      on === null && accept(cursor, "USING") ? parenthesized(cursor, (inner) => listOf(inner, expectName)) : null;
    left = { kind: "join", join: kind, left, right, on, using, natural };
  }
}

function parseJoinKind(cursor: Cursor): JoinKind | null {
  if (accept(cursor, "JOIN") || accept(cursor, "INNER", "JOIN")) return "INNER";
  if (accept(cursor, "CROSS", "JOIN")) return "CROSS";
  const side = (["LEFT", "RIGHT", "FULL"] as const).find((word) => sees(cursor, word));
  if (side === undefined) return null;
  cursor.index += 1;
  accept(cursor, "OUTER");
  expect(cursor, "JOIN");
  return side;
}

function join(kind: JoinKind, left: Relation, right: Relation): Relation {
  return { kind: "join", join: kind, left, right, on: null, using: null, natural: false };
}

function parseRelation(cursor: Cursor): Relation {
  accept(cursor, "LATERAL");
  if (sees(cursor, "VALUES")) {
    const query = { with: [], body: parseValues(cursor), orderBy: [], limit: null, offset: null };
    return { kind: "derived", query, alias: parseRelationAlias(cursor), sample: null };
  }
  if (sees(cursor, "(")) return parseInParentheses(cursor);
  if (sees(cursor, "TABLE", "(")) {
    cursor.index += 1;
    const call = parenthesized(cursor, parseTableFunction);
    return { kind: "function", call, alias: parseRelationAlias(cursor) };
  }
  if (sees(cursor, "FLATTEN", "(") || sees(cursor, "SPLIT_TO_TABLE", "(")) {
    return { kind: "function", call: parseTableFunction(cursor), alias: parseRelationAlias(cursor) };
  }
  return parseTable(cursor);
}

function parseInParentheses(cursor: Cursor): Relation {
  expect(cursor, "(");
  if (startsQuery(cursor) && !isParenthesizedJoin(cursor)) {
    const query = parseQuery(cursor);
    expect(cursor, ")");
    return { kind: "derived", query, alias: parseRelationAlias(cursor), sample: parseSample(cursor) };
  }
  const inner = parseFrom(cursor);
  expect(cursor, ")");
  return inner;
}

/** `((SELECT ..) AS a JOIN b ..)`: the inner parenthesis closes before the outer one, and a join follows. */
function isParenthesizedJoin(cursor: Cursor): boolean {
  if (!sees(cursor, "(")) return false;
  let depth = 0;
  for (let ahead = 0; ; ahead += 1) {
    const token = peek(cursor, ahead);
    if (token.kind === "end") return false;
    if (token.kind === "symbol" && token.value === "(") depth += 1;
    if (token.kind === "symbol" && token.value === ")") depth -= 1;
    if (depth === 0) {
      const after = peek(cursor, ahead + 1);
      return (
        after.kind === "quoted" ||
        (after.kind === "word" &&
          !["UNION", "INTERSECT", "EXCEPT", "MINUS", "ORDER", "LIMIT", "OFFSET"].includes(after.value))
      );
    }
  }
}

function parseTableFunction(cursor: Cursor): Call {
  const at = peek(cursor).offset;
  if (peek(cursor).kind === "string") {
    const path = next(cursor).value.split(".");
    throw unsupported(`TABLE('${path.join(".")}')`);
  }
  const call = parseCall(cursor, expectPath(cursor), at);
  if (call.kind !== "call") throw unexpected(cursor);
  return call;
}

function parseTable(cursor: Cursor): Relation {
  const at = peek(cursor).offset;
  if (peek(cursor).kind === "stage" || sees(cursor, "@")) throw unsupported("querying a stage");
  const path = expectPath(cursor);
  if (sees(cursor, "CHANGES", "(")) {
    const changes = parseChanges(cursor);
    const alias = parseRelationAlias(cursor);
    return { kind: "table", path, alias, travel: null, changes, sample: parseSample(cursor), at };
  }
  const travel = parseTimeTravel(cursor);
  const alias = parseRelationAlias(cursor);
  return { kind: "table", path, alias, travel, sample: parseSample(cursor), at };
}

function parseChanges(cursor: Cursor): ChangesClause {
  expect(cursor, "CHANGES");
  const information = parenthesized(cursor, (inner) => {
    expect(inner, "INFORMATION", "=>");
    return acceptOneOf(inner, "DEFAULT", "APPEND_ONLY");
  });
  if (information === undefined) throw unexpected(cursor);
  const from = parseTimeTravel(cursor);
  if (from === null) throw unexpected(cursor);
  const to = accept(cursor, "END") ? parseMoment(cursor, "AT") : null;
  return { appendOnly: information === "APPEND_ONLY", from, to };
}

/** `AT (...)` or `BEFORE (...)`. */
export function parseTimeTravel(cursor: Cursor): TimeTravel | null {
  const mode = sees(cursor, "AT", "(") ? "AT" : sees(cursor, "BEFORE", "(") ? "BEFORE" : null;
  if (mode === null) return null;
  cursor.index += 1;
  return parseMoment(cursor, mode);
}

function parseMoment(cursor: Cursor, mode: TimeTravel["mode"]): TimeTravel {
  return parenthesized(cursor, (inner) => {
    const by = acceptOneOf(inner, "TIMESTAMP", "OFFSET", "STATEMENT") as TimeTravel["by"] | undefined;
    if (by === undefined) {
      if (sees(inner, "STREAM")) throw unsupported("AT(STREAM)");
      throw unexpected(inner);
    }
    expect(inner, "=>");
    return { mode, by, value: parseExpression(inner) };
  });
}

function parseRelationAlias(cursor: Cursor): RelationAlias {
  for (const word of REFUSED) if (sees(cursor, word) && word !== "START") throw unsupported(word);
  if (sees(cursor, "SAMPLE") || sees(cursor, "TABLESAMPLE")) return { name: null, columns: [] };
  const name = parseAlias(cursor);
  const columns = name !== null && sees(cursor, "(") ? parenthesized(cursor, (inner) => listOf(inner, expectName)) : [];
  return { name, columns };
}

function parseSample(cursor: Cursor): Sample | null {
  if (acceptOneOf(cursor, "SAMPLE", "TABLESAMPLE") === undefined) return null;
  const word = acceptOneOf(cursor, "BERNOULLI", "ROW", "SYSTEM", "BLOCK");
  const method = word === "SYSTEM" || word === "BLOCK" ? "BLOCK" : "ROW";
  const sized = parenthesized(cursor, (inner) => {
    const token = next(inner);
    if (token.kind !== "number") throw unexpected(inner, token);
    return { amount: token.value, unit: accept(inner, "ROWS") ? ("ROWS" as const) : ("PERCENT" as const) };
  });
  const seeded = acceptOneOf(cursor, "SEED", "REPEATABLE") !== undefined;
  return { method, ...sized, seed: seeded ? parenthesized(cursor, expectInteger) : null };
}
