import { type Cursor, type CursorWindow, cursorColumn, windowCondition } from "./cursor-window.ts";
import type { TextRow } from "./driver.ts";
import { type ExtractSource, fromClause } from "./extract-source.ts";
import { snowflakeError } from "./snowflake-error.ts";

export interface PlanCursorCountsInput {
  readonly source: ExtractSource;
  readonly cursor: Cursor;
  /** Each is counted by itself; they may overlap. */
  readonly windows: readonly Pick<CursorWindow, "lo" | "hi">[];
  readonly atMicros?: bigint | undefined;
}

/** Rows of a source by where their cursor is. */
export interface CursorCounts {
  readonly rowCount: bigint;
  /** Rows whose cursor is not NULL. */
  readonly cursorCount: bigint;
  /** In the order of the windows. */
  readonly counts: readonly bigint[];
}

/** The statement that counts the rows of several windows in one scan. Pure. Throws PLAN_INVALID. */
export function planCursorCounts({ source, cursor, windows, atMicros }: PlanCursorCountsInput): {
  readonly sql: string;
} {
  const list = [
    "COUNT(*)",
    `COUNT(${cursorColumn(cursor)})`,
    ...windows.map((window) => `COUNT_IF(${windowCondition({ ...window, cursor })})`),
  ];
  const sql = [
    `SELECT\n${list.map((count, index) => `  TO_VARCHAR(${count}) AS "C${index}"`).join(",\n")}`,
    fromClause(source, atMicros),
  ].join("\n");
  return { sql };
}

/** The answer of {@link planCursorCounts}. */
export function parseCursorCounts(
  rows: readonly TextRow[],
  { windows }: Pick<PlanCursorCountsInput, "windows">,
): CursorCounts {
  const numbers = (rows[0] ?? []).map((text) => BigInt(text ?? "0"));
  const [rowCount, cursorCount, ...counts] = numbers;
  if (rows.length !== 1 || rowCount === undefined || cursorCount === undefined || counts.length !== windows.length) {
    throw snowflakeError("RESULT_MISMATCH", `Expected one row of ${windows.length + 2} counts, got ${rows.length}.`);
  }
  return { rowCount, cursorCount, counts };
}
