import { type SourcePlace, syntaxError } from "../failures.ts";

/**
 * `word` carries the name folded to upper case, `quoted` the name as written, `string` the decoded text,
 * `number` the digits as written, `stage` what follows the @ of a stage's name and path, `symbol` the operator,
 * `end` closes the list.
 */
export interface Token {
  readonly kind: "word" | "quoted" | "string" | "number" | "stage" | "symbol" | "end";
  readonly value: string;
  readonly raw: string;
  readonly offset: number;
}

const PATTERNS: readonly [Token["kind"] | "skip", RegExp][] = [
  ["skip", /(?:\s+|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y],
  ["string", /\$\$[\s\S]*?\$\$/y],
  ["string", /'(?:[^'\\]|''|\\[\s\S])*'/y],
  ["quoted", /"(?:[^"]|"")*"/y],
  ["number", /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ["word", /(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z0-9_$]|[^\x00-\x7f])*/y],
  [
    "stage",
    /@(?:~|%?(?:"(?:[^"]|"")*"|[\w$]|[^\x00-\x7f])+(?:\.(?:"(?:[^"]|"")*"|(?:[\w$]|[^\x00-\x7f])*))*)(?:\/[^\s,;()']*)?/y,
  ],
  ["symbol", /\$\d+|::|=>|->|<=>|<=|>=|<>|!=|\|\||:=|[-+*/%(),.;<>=?:[\]{}@&|^~!$]/y],
];

/** Splits a statement into tokens; comments and spaces are dropped. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < sql.length) {
    const [kind, raw] = matchAt(sql, offset);
    if (kind !== "skip") tokens.push({ kind, raw, value: decodeToken(kind, raw), offset });
    offset += raw.length;
  }
  tokens.push({ kind: "end", value: "<EOF>", raw: "<EOF>", offset: sql.length });
  return tokens;
}

/** Line (from 1) and position in it (from 0), as Snowflake counts them. */
export function placeOf(sql: string, offset: number): SourcePlace {
  const before = sql.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart };
}

function matchAt(sql: string, offset: number): readonly [Token["kind"] | "skip", string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = offset;
    const found = pattern.exec(sql);
    if (found !== null) return [kind, found[0]];
  }
  throw syntaxError(placeOf(sql, offset), sql.slice(offset, offset + 20));
}

function decodeToken(kind: Token["kind"], raw: string): string {
  if (kind === "word") return raw.toUpperCase();
  if (kind === "quoted") return raw.slice(1, -1).replaceAll('""', '"');
  if (kind === "stage") return raw.slice(1);
  if (kind !== "string") return raw;
  return raw.startsWith("$$") ? raw.slice(2, -2) : decodeEscapes(raw.slice(1, -1));
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0" };

function decodeEscapes(text: string): string {
  return text.replace(
    /''|\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{3})|([\s\S]))/g,
    (whole, hex, unicode, octal, other) => {
      if (whole === "''") return "'";
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES[other] ?? other;
    },
  );
}
