import type { LandedColumn } from "@snowmelt/core/types";
import type { TextRow } from "../driver.ts";
import { resultColumnName } from "../plan-extract.ts";
import type { RowDigest } from "../plan-row-digest.ts";
import { quoteIdentifier, quoteText } from "../quote.ts";
import { openMd5 } from "./md5.ts";

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
  const sql = [
    'SELECT TO_VARCHAR(COUNT(*)) AS "ROWS",',
    '  TO_VARCHAR(SUM(MD5_NUMBER_UPPER64(r."ROW"))) AS "UPPER",',
    '  TO_VARCHAR(SUM(MD5_NUMBER_LOWER64(r."ROW"))) AS "LOWER"',
    `FROM (SELECT ${cells.map((cell) => `${cell} || CHR(31)`).join("\n  || ")} AS "ROW"`,
    `  FROM TABLE(RESULT_SCAN(${quoteText(queryId)}))) AS r`,
  ].join("\n");
  return { sql };
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

/** Sums of words stay exact in a number for this many rows: 2^32 × 2^20 is below 2^53. */
const exactRows = 1 << 20;

export function openResultDigester(): ResultDigester {
  const md5 = openMd5();
  const own = openMd5();
  const sums = new Float64Array(4);
  let [rowCount, inSums] = [0n, 0];
  let [upper, lower] = [0n, 0n];
  const carry = (): void => {
    // The first eight bytes of the digest are the upper half, the most significant of them first.
    upper += (BigInt(sums[0] ?? 0) << 32n) + BigInt(sums[1] ?? 0);
    lower += (BigInt(sums[2] ?? 0) << 32n) + BigInt(sums[3] ?? 0);
    rowCount += BigInt(inSums);
    sums.fill(0);
    inSums = 0;
  };
  const addRow = (row: TextRow): void => {
    let at = 0;
    for (const cell of row) {
      at = writeCell(md5, own, cell, at);
      md5.bytes[at++] = 0x1f;
    }
    md5.digest(at);
    for (let index = 0; index < 4; index++) sums[index] = (sums[index] ?? 0) + swapped(md5.words[index] ?? 0);
    if (++inSums === exactRows) carry();
  };
  return {
    add: (rows) => rows.forEach(addRow),
    take() {
      carry();
      const digest = { rowCount, upper, lower };
      [rowCount, upper, lower] = [0n, 0n, 0n];
      return digest;
    },
  };
}

const letter = { value: 0x56, none: 0x4e, digest: 0x4d } as const;

/** Writes the cell's part of the row's text from `at` on, with room behind it, and says where it ends. */
function writeCell(md5: ReturnType<typeof openMd5>, own: typeof md5, cell: string | null, at: number): number {
  if (cell === null) {
    md5.reserve(at + 2);
    md5.bytes[at] = letter.none;
    return at + 1;
  }
  if (cell.length > longestCharacters && characters(cell) > longestCharacters) {
    own.reserve(3 * cell.length);
    own.digest(writeText(own.bytes, cell, 0));
    md5.reserve(at + 34);
    md5.bytes[at] = letter.digest;
    const hex = [...own.words].map((word) => swapped(word).toString(16).padStart(8, "0")).join("");
    return writeText(md5.bytes, hex, at + 1);
  }
  md5.reserve(at + 3 * cell.length + 2);
  md5.bytes[at] = letter.value;
  return writeText(md5.bytes, cell, at + 1);
}

const encoder = new TextEncoder();

function writeText(bytes: Uint8Array, text: string, start: number): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 127) return start + index + encoder.encodeInto(text.slice(index), bytes.subarray(start + index)).written;
    bytes[start + index] = code;
  }
  return start + text.length;
}

/** As Snowflake's LENGTH counts them: code points. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

const swapped = (word: number): number =>
  (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
