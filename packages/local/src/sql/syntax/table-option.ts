import { unsupported } from "../failures.ts";
import { accept, type Cursor, expect, expectInteger, expectString, parenthesized, peek } from "./cursor.ts";
import { parseOptionValue } from "./dml.ts";

export interface MutableOptions {
  comment?: string;
  clusterBy?: string;
  retentionDays?: number;
  changeTracking?: boolean;
}

/** Options that change nothing a reader could see. */
const WITHOUT_EFFECT = new Set([
  "MAX_DATA_EXTENSION_TIME_IN_DAYS",
  "DEFAULT_DDL_COLLATION",
  "ENABLE_SCHEMA_EVOLUTION",
  "LOG_LEVEL",
  "TRACE_LEVEL",
]);

/** Reads one option of a table, view, schema or database. */
export function parseTableOption(cursor: Cursor, options: MutableOptions): void {
  if (accept(cursor, "COPY", "GRANTS")) return;
  if (accept(cursor, "CLUSTER", "BY")) {
    options.clusterBy = parseClusterBy(cursor);
    return;
  }
  const name = peek(cursor).value;
  cursor.index += 1;
  if (name === "COMMENT") {
    accept(cursor, "=");
    options.comment = expectString(cursor);
  } else if (name === "DATA_RETENTION_TIME_IN_DAYS") {
    expect(cursor, "=");
    options.retentionDays = expectInteger(cursor);
  } else if (name === "CHANGE_TRACKING") {
    expect(cursor, "=");
    options.changeTracking = parseOptionValue(cursor) === "TRUE";
  } else if (WITHOUT_EFFECT.has(name)) {
    expect(cursor, "=");
    parseOptionValue(cursor);
  } else throw unsupported(`the option ${name}`);
}

/** The text in parentheses of CLUSTER BY. */
export function parseClusterBy(cursor: Cursor): string {
  accept(cursor, "LINEAR");
  const start = peek(cursor).offset;
  parenthesized(cursor, skipBalanced);
  const last = peek(cursor, -1);
  return `LINEAR${cursor.sql.slice(start, last.offset + last.raw.length)}`;
}

function skipBalanced(cursor: Cursor): void {
  let depth = 0;
  for (;;) {
    const token = peek(cursor);
    if (token.kind === "end") return;
    if (token.kind === "symbol" && token.value === ")") {
      if (depth === 0) return;
      depth -= 1;
    }
    if (token.kind === "symbol" && token.value === "(") depth += 1;
    cursor.index += 1;
  }
}
