import { compilationError, unsupported } from "../failures.ts";
import { type Cursor, expectString, peek, unexpected } from "./cursor.ts";
import { tokenize } from "./lexer.ts";

/** Where files are: a named stage and a path below it (which keeps its case and its trailing slash), or a URL written out. */
export type StageLocation =
  | { readonly kind: "stage"; readonly stage: readonly string[]; readonly path: string; readonly text: string }
  | { readonly kind: "url"; readonly url: string };

/** Whether a location begins here: `@stage/path`, or a string. */
export function startsLocation(cursor: Cursor): boolean {
  const { kind } = peek(cursor);
  return kind === "stage" || kind === "string";
}

/** Reads `@stage/path`, `'@stage/path with spaces'` or `'s3://bucket/path'`. */
export function parseLocation(cursor: Cursor): StageLocation {
  const token = peek(cursor);
  if (token.kind === "stage") {
    cursor.index += 1;
    return toLocation(token.value);
  }
  if (token.kind !== "string") throw unexpected(cursor);
  const text = expectString(cursor);
  return text.startsWith("@") ? toLocation(text.slice(1)) : { kind: "url", url: text };
}

const NAME = /^((?:"(?:[^"]|"")*"|[^"/])*)(?:\/([\s\S]*))?$/;

function toLocation(text: string): StageLocation {
  const found = NAME.exec(text);
  const name = found?.[1] ?? "";
  if (found === null || name === "") throw compilationError(`invalid stage location '@${text}'`, "001003");
  if (name.startsWith("~")) throw unsupported("the user's own stage @~");
  if (name.startsWith("%")) throw unsupported(`the stage of a table @${name}`);
  return { kind: "stage", stage: namePath(name, text), path: found[2] ?? "", text: `@${text}` };
}

function namePath(name: string, text: string): readonly string[] {
  const path: string[] = [];
  let isNameNext = true;
  for (const { kind, value } of tokenize(name)) {
    if (kind === "end") break;
    const isDot = kind === "symbol" && value === ".";
    if (isNameNext && (kind === "word" || kind === "quoted")) path.push(value);
    else if (isNameNext && isDot && path.length > 0) path.push("PUBLIC");
    else if (!isDot) throw compilationError(`invalid stage name in '@${text}'`, "001003");
    isNameNext = isDot;
  }
  if (path.length === 0 || path.length > 3 || isNameNext)
    throw compilationError(`invalid stage name in '@${text}'`, "001003");
  return path;
}
