import { cellExpression } from "./cell-expression.ts";
import { type Cursor, type CursorBound, cursorColumn } from "./cursor-window.ts";
import type { TextRow } from "./driver.ts";
import { type ExtractSource, fromClause, instantLiteral } from "./extract-source.ts";
import { floorDiv, microsPerDay } from "./instant.ts";
import { quoteText } from "./quote.ts";
import { snowflakeError } from "./snowflake-error.ts";
import { timestampMicros } from "./timestamp-text.ts";

const ltz = { kind: "timestamp_ltz", scale: 9 } as const;
const ntz = { kind: "timestamp_ntz", scale: 9 } as const;

export interface PlanWindowInput {
  readonly source: ExtractSource;
  readonly cursor: Cursor;
  /** How far `hi` stays behind the snapshot; for cursors in time. */
  readonly lagMicros: bigint;
  /** A snapshot that is known already (a run has one for all its datasets). Without it the statement's own time is taken. */
  readonly atMicros?: bigint | undefined;
}

/** The facts a window is made of, by one statement on the server. */
export interface WindowFacts {
  readonly snapshotMicros: bigint;
  /** Undefined when there is nothing to read: a number cursor without a value. */
  readonly hi: CursorBound | undefined;
  readonly rowCount: bigint;
  readonly nullCursors: bigint;
  /** Smallest and largest cursor, in the decoder's text form. */
  readonly minText: string | null;
  readonly maxText: string | null;
}

/** The server's time, for a snapshot that several datasets share. */
export const planSnapshot = (): { readonly sql: string } => ({ sql: `SELECT ${now} AS "SNAPSHOT"` });

const now = cellExpression("CURRENT_TIMESTAMP()", ltz);

/** The statement that says where a window may end. Pure. Throws PLAN_INVALID. */
export function planWindow({ source, cursor, atMicros }: PlanWindowInput): { readonly sql: string } {
  const column = cursorColumn(cursor);
  const snapshot = atMicros === undefined ? "CURRENT_TIMESTAMP()" : `${instantLiteral(atMicros)}::TIMESTAMP_LTZ`;
  const zone = cursor.zone ?? "UTC";
  const reading =
    zone === "UTC" ? `CONVERT_TIMEZONE('UTC', ${snapshot})` : `CONVERT_TIMEZONE(${quoteText(zone)}, ${snapshot})`;
  const sql = [
    "SELECT",
    `  ${cellExpression(snapshot, ltz)} AS "SNAPSHOT",`,
    `  ${cellExpression(`${reading}::TIMESTAMP_NTZ`, ntz)} AS "READING",`,
    `  TO_VARCHAR(COUNT(*)) AS "ROWS",`,
    `  TO_VARCHAR(COUNT(*) - COUNT(${column})) AS "NULLS",`,
    `  ${cellExpression(`MIN(${column})`, cursor.type)} AS "MIN",`,
    `  ${cellExpression(`MAX(${column})`, cursor.type)} AS "MAX"`,
    fromClause(source, atMicros),
  ].join("\n");
  return { sql };
}

/** The answer of {@link planSnapshot}, in microseconds; finer digits are dropped, which is the earlier moment. */
export function parseSnapshot(rows: readonly TextRow[]): bigint {
  const text = rows[0]?.[0];
  if (typeof text !== "string") throw unexpected("no time");
  return timestampMicros(text);
}

/** The answer of {@link planWindow}. `hi` is `snapshot - lag` for time (whole days of the zone for DATE), MAX for numbers. */
export function parseWindow(rows: readonly TextRow[], { cursor, lagMicros }: PlanWindowInput): WindowFacts {
  const [snapshot, reading, count, nulls, minText, maxText] = rows[0] ?? [];
  if (rows.length !== 1 || !snapshot || !reading || !count || !nulls) throw unexpected(`${rows.length} rows`);
  const snapshotMicros = timestampMicros(snapshot);
  return {
    snapshotMicros,
    hi: highBound(cursor, {
      snapshotMicros,
      readingMicros: timestampMicros(reading),
      lagMicros,
      maxText: maxText ?? null,
    }),
    rowCount: BigInt(count),
    nullCursors: BigInt(nulls),
    minText: minText ?? null,
    maxText: maxText ?? null,
  };
}

interface HighBoundFacts {
  readonly snapshotMicros: bigint;
  readonly readingMicros: bigint;
  readonly lagMicros: bigint;
  readonly maxText: string | null;
}

function highBound(
  { type }: Cursor,
  { snapshotMicros, readingMicros, lagMicros, maxText }: HighBoundFacts,
): CursorBound | undefined {
  if (type.kind === "number") return maxText === null ? undefined : { kind: "number", digits: maxText };
  if (type.kind !== "date") return { kind: "instant", micros: snapshotMicros - lagMicros };
  return { kind: "instant", micros: floorDiv(readingMicros - lagMicros, microsPerDay) * microsPerDay };
}

const unexpected = (came: string) =>
  snowflakeError("RESULT_MISMATCH", `Expected one row with the server's time and the cursor's range, got ${came}.`);
