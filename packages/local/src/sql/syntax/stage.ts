import { unsupported } from "../failures.ts";
import {
  accept,
  atEnd,
  type Cursor,
  expectName,
  expectPath,
  expectString,
  listOf,
  openCursor,
  peek,
  sees,
  unexpected,
} from "./cursor.ts";
import { type Property, parseProperties } from "./property.ts";
import { parseLocation, type StageLocation } from "./stage-location.ts";

/** Statements about stages, storage integrations and the files in stages. */
export type StageStatement =
  | {
      readonly kind: "createStage";
      readonly path: readonly string[];
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly properties: readonly Property[];
    }
  | {
      readonly kind: "alterStage";
      readonly path: readonly string[];
      readonly ifExists: boolean;
      readonly action:
        | { readonly kind: "set"; readonly properties: readonly Property[] }
        | { readonly kind: "unset"; readonly names: readonly string[] }
        | { readonly kind: "rename"; readonly to: readonly string[] };
    }
  | {
      readonly kind: "createIntegration";
      readonly name: string;
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly properties: readonly Property[];
    }
  | {
      readonly kind: "alterIntegration";
      readonly name: string;
      readonly ifExists: boolean;
      readonly set: readonly Property[];
      readonly unset: readonly string[];
    }
  | { readonly kind: "dropStage"; readonly path: readonly string[]; readonly ifExists: boolean }
  | { readonly kind: "dropIntegration"; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: "describeStage"; readonly path: readonly string[] }
  | { readonly kind: "describeIntegration"; readonly name: string }
  | { readonly kind: "listFiles"; readonly location: StageLocation; readonly pattern: string | null }
  | { readonly kind: "removeFiles"; readonly location: StageLocation; readonly pattern: string | null }
  | {
      readonly kind: "getFiles";
      readonly location: StageLocation;
      /** The client's folder, without `file://`. */
      readonly target: string;
      readonly pattern: string | null;
    };

export function parseCreateStage(cursor: Cursor, orReplace: boolean): StageStatement {
  const ifNotExists = accept(cursor, "IF", "NOT", "EXISTS");
  const path = expectPath(cursor);
  const properties = parseProperties(cursor);
  return { kind: "createStage", path, orReplace, ifNotExists, properties };
}

export function parseAlterStage(cursor: Cursor): StageStatement {
  const ifExists = accept(cursor, "IF", "EXISTS");
  const path = expectPath(cursor);
  if (accept(cursor, "RENAME", "TO"))
    return { kind: "alterStage", path, ifExists, action: { kind: "rename", to: expectPath(cursor) } };
  if (accept(cursor, "UNSET"))
    return { kind: "alterStage", path, ifExists, action: { kind: "unset", names: listOf(cursor, expectName) } };
  if (!accept(cursor, "SET")) throw unsupported(`ALTER STAGE ... ${peek(cursor).value}`);
  return { kind: "alterStage", path, ifExists, action: { kind: "set", properties: requireProperties(cursor) } };
}

export function parseCreateIntegration(cursor: Cursor, orReplace: boolean): StageStatement {
  const ifNotExists = accept(cursor, "IF", "NOT", "EXISTS");
  const name = expectName(cursor);
  return { kind: "createIntegration", name, orReplace, ifNotExists, properties: requireProperties(cursor) };
}

export function parseAlterIntegration(cursor: Cursor): StageStatement {
  const ifExists = accept(cursor, "IF", "EXISTS");
  const name = expectName(cursor);
  if (accept(cursor, "UNSET"))
    return { kind: "alterIntegration", name, ifExists, set: [], unset: listOf(cursor, expectName) };
  if (!accept(cursor, "SET")) throw unsupported(`ALTER STORAGE INTEGRATION ... ${peek(cursor).value}`);
  return { kind: "alterIntegration", name, ifExists, set: requireProperties(cursor), unset: [] };
}

/** Reads what follows LIST, LS, REMOVE and RM. */
export function parseFileStatement(cursor: Cursor, kind: "listFiles" | "removeFiles"): StageStatement {
  return { kind, location: parseLocation(cursor), pattern: parsePattern(cursor) };
}

/** Reads what follows GET. */
export function parseGet(cursor: Cursor): StageStatement {
  const location = parseLocation(cursor);
  const { target, options } = parseTarget(cursor);
  let pattern: string | null = null;
  while (!atEnd(options) && !sees(options, ";")) {
    const found = parsePattern(options);
    if (found === null && !accept(options, "PARALLEL", "=")) throw unexpected(options);
    if (found === null) options.index += 1;
    else pattern = found;
  }
  return { kind: "getFiles", location, target, pattern };
}

function requireProperties(cursor: Cursor): readonly Property[] {
  const properties = parseProperties(cursor);
  if (properties.length === 0) throw unexpected(cursor);
  return properties;
}

function parsePattern(cursor: Cursor): string | null {
  return accept(cursor, "PATTERN", "=") ? expectString(cursor) : null;
}

const BARE_FILE = /^file:\/\/([^\s;]+)/i;

interface GetTarget {
  readonly target: string;
  /** Where the options after it are read from. */
  readonly options: Cursor;
}

/** `'file:///tmp/x'` or `file:///tmp/x`, which the tokens end in: to them, its slashes begin a comment. */
function parseTarget(cursor: Cursor): GetTarget {
  const token = peek(cursor);
  if (token.kind === "string") {
    const target = BARE_FILE.test(token.value) ? token.value.slice("file://".length) : "";
    if (target === "") throw unexpected(cursor);
    cursor.index += 1;
    return { target, options: cursor };
  }
  const [whole = "", target = ""] = BARE_FILE.exec(cursor.sql.slice(token.offset)) ?? [];
  if (target === "") throw unexpected(cursor);
  cursor.index = cursor.tokens.length - 1;
  return { target, options: openCursor(cursor.sql.slice(token.offset + whole.length)) };
}
