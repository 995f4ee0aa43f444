import { hash } from "node:crypto";
import { characterCount, type LandedColumn } from "@snowmelt/core/types";
import type { TextRow } from "../driver.ts";
import { resultColumnName } from "../plan-extract.ts";
import { quoteIdentifier, quoteText } from "../quote.ts";
import { digestStatement, openRowDigester, type RowDigest } from "./row-digest.ts";

/** Longer texts are digested by themselves first, so that no row's text outgrows what Snowflake lets a text be. */
const longestCharacters = 4096;

export interface ResultDigestInput {
  /** Of an extraction that has finished; its result is kept for a day. */
  readonly queryId: string;
  /** As it was planned with. */
  readonly landed: readonly LandedColumn[];
}

/**
 * The statement that digests every row of a stored result, as the texts that are sent. Held against {@link openResultDigester}
 * of the rows that came, it tells whether one was changed, lost or doubled on its way. The answer is read by `parseRowDigest`.
 * Pure. Running it may end with RESULT_EXPIRED; it may be repeated.
 */
export function planResultDigest({ queryId, landed }: ResultDigestInput): { readonly sql: string } {
  const types = new Map(landed.map(({ source, sourceType }) => [source, sourceType]));
  const cells = [...types.values()].map((type, index) => {
    const cell = quoteIdentifier(resultColumnName(index));
    const whole = `NVL('V' || ${cell}, 'N')`;
    return hasBound(type.kind) ? whole : `IFF(LENGTH(${cell}) > ${longestCharacters}, 'M' || MD5(${cell}), ${whole})`;
  });
  const row = cells.map((cell) => `${cell} || CHR(31)`).join("\n  || ");
  return { sql: digestStatement(`SELECT ${row} AS "ROW"\nFROM TABLE(RESULT_SCAN(${quoteText(queryId)}))`) };
}

const bounded: ReadonlySet<LandedColumn["sourceType"]["kind"]> = new Set([
  "number",
  "float",
  "decfloat",
  "boolean",
  "date",
  "time",
  "timestamp_ntz",
  "timestamp_ltz",
  "timestamp_tz",
]);
const hasBound = (kind: LandedColumn["sourceType"]["kind"]): boolean => bounded.has(kind);

/** Digests rows as they come from the driver. */
export interface ResultDigester {
  add(rows: readonly TextRow[]): void;
  /** Of the rows since it was last taken. */
  take(): RowDigest;
}

export function openResultDigester(): ResultDigester {
  const digester = openRowDigester();
  return {
    add(rows) {
      for (const row of rows) digester.add(rowText(row));
    },
    take: () => digester.take(),
  };
}

function rowText(row: TextRow): string {
  let text = "";
  for (const cell of row) text += `${cellText(cell)}\u001f`;
  return text;
}

function cellText(cell: string | null): string {
  if (cell === null) return "N";
  const isLong = cell.length > longestCharacters && characterCount(cell) > longestCharacters;
  return isLong ? `M${hash("md5", cell)}` : `V${cell}`;
}
