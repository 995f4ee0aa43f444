import {
  accept,
  atEnd,
  type Cursor,
  expect,
  expectName,
  listOf,
  parenthesized,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";

/** `NAME = value` as stages, integrations and COPY write their options. Names are in upper case. */
export interface Property {
  readonly name: string;
  readonly value: PropertyValue;
  /** Offset of the name in the statement. */
  readonly at: number;
}

export type PropertyValue =
  /** TRUE, PARQUET, 16777216, 'text' or the name of an object: words are folded to upper case. */
  | { readonly kind: "scalar"; readonly text: string }
  /** `('a', 'b')` */
  | { readonly kind: "list"; readonly items: readonly string[] }
  /** `(TYPE = PARQUET COMPRESSION = SNAPPY)` */
  | { readonly kind: "group"; readonly properties: readonly Property[] };

/** Whether a property begins here. */
export function startsProperty(cursor: Cursor): boolean {
  return peek(cursor).kind === "word" && sees({ ...cursor, index: cursor.index + 1 }, "=");
}

/** Reads properties up to the end, or the first thing that is none. Commas between them are allowed. */
export function parseProperties(cursor: Cursor): readonly Property[] {
  const properties: Property[] = [];
  while (!atEnd(cursor) && startsProperty(cursor)) {
    properties.push(parseProperty(cursor));
    accept(cursor, ",");
  }
  return properties;
}

export function parseProperty(cursor: Cursor): Property {
  const at = peek(cursor).offset;
  const name = expectName(cursor);
  expect(cursor, "=");
  return { name, value: parseValue(cursor), at };
}

function parseValue(cursor: Cursor): PropertyValue {
  if (!sees(cursor, "(")) return { kind: "scalar", text: scalar(cursor) };
  return parenthesized(cursor, (inner): PropertyValue => {
    if (sees(inner, ")")) return { kind: "list", items: [] };
    if (startsProperty(inner)) return { kind: "group", properties: parseProperties(inner) };
    return { kind: "list", items: listOf(inner, scalar) };
  });
}

function scalar(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind === "end" || token.kind === "symbol" || token.kind === "stage") throw unexpected(cursor);
  cursor.index += 1;
  return token.value;
}
