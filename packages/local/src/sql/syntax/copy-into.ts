import { compilationError, unsupported } from "../failures.ts";
import { accept, atEnd, type Cursor, expect, expectPath, parenthesized, peek, sees, unexpected } from "./cursor.ts";
import { parseExpression } from "./expression.ts";
import { type Property, parseProperty, startsProperty } from "./property.ts";
import { parseQuery, startsQuery } from "./query.ts";
import { parseLocation, type StageLocation, startsLocation } from "./stage-location.ts";
import type { Expression, Query } from "./tree.ts";

/** COPY INTO a location: what is unloaded, where to, and how. */
export interface CopyInto {
  readonly kind: "copyInto";
  readonly location: StageLocation;
  readonly source: Query;
  readonly partitionBy: Expression | null;
  readonly options: readonly Property[];
}

/** Reads what follows COPY. */
export function parseCopy(cursor: Cursor): CopyInto {
  expect(cursor, "INTO");
  if (!startsLocation(cursor)) throw unsupported("COPY INTO a table");
  const location = parseLocation(cursor);
  expect(cursor, "FROM");
  const source = parseSource(cursor);
  let partitionBy: Expression | null = null;
  const options: Property[] = [];
  while (!atEnd(cursor) && !sees(cursor, ";")) {
    if (accept(cursor, "PARTITION", "BY")) {
      if (partitionBy !== null) throw unexpected(cursor);
      partitionBy = parseExpression(cursor);
    } else if (startsProperty(cursor)) options.push(parseProperty(cursor));
    else if (accept(cursor, "HEADER"))
      options.push({ name: "HEADER", value: { kind: "scalar", text: "TRUE" }, at: peek(cursor, -1).offset });
    else throw unexpected(cursor);
  }
  requireOnce(options);
  return { kind: "copyInto", location, source, partitionBy, options };
}

function parseSource(cursor: Cursor): Query {
  if (sees(cursor, "(")) return parenthesized(cursor, parseQuery);
  if (startsQuery(cursor)) throw unexpected(cursor);
  const at = peek(cursor).offset;
  const path = expectPath(cursor);
  const star = { qualifier: null, exclude: [], rename: [], replace: [], ilike: null, at } as const;
  return {
    with: [],
    body: {
      kind: "select",
      distinct: false,
      items: [{ value: { kind: "star", ...star }, alias: null, source: "*" }],
      from: { kind: "table", path, alias: { name: null, columns: [] }, travel: null, sample: null, at },
      where: null,
      groupBy: null,
      having: null,
      qualify: null,
    },
    orderBy: [],
    limit: null,
    offset: null,
  };
}

function requireOnce(options: readonly Property[]): void {
  const seen = new Set<string>();
  for (const { name } of options) {
    if (seen.has(name)) throw compilationError(`duplicate option '${name}' in COPY INTO`, "001003");
    seen.add(name);
  }
}
