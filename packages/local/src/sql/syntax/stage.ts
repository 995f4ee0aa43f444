import { unsupported } from "../failures.ts";
import {
  accept,
  atEnd,
  type Cursor,
  expectName,
  expectPath,
  expectString,
  listOf,
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
  const target = parseTarget(cursor);
  let pattern: string | null = null;
  while (!atEnd(cursor) && !sees(cursor, ";")) {
    const found = parsePattern(cursor);
    if (found === null && !accept(cursor, "PARALLEL", "=")) throw unexpected(cursor);
    if (found === null) cursor.index += 1;
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

const FILE = "file://";

/** `'file:///tmp/x'`; written bare, `//tmp/x` would read as a comment. */
function parseTarget(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "string") throw unsupported("GET to a path that is not in quotes");
  cursor.index += 1;
  if (!token.value.startsWith(FILE)) throw unexpected(cursor, token);
  return token.value.slice(FILE.length);
}
