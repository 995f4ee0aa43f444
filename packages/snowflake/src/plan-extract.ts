import type { Field, LandedColumn, LandedPart, SnowflakeType } from "@snowmelt/core/types";
import { cellExpression } from "./cell-expression.ts";
import { type CursorWindow, windowCondition } from "./cursor-window.ts";
import { type ExtractSource, fromClause, sourceAlias, sourceText } from "./extract-source.ts";
import { quoteIdentifier } from "./quote.ts";
import { snowflakeError } from "./snowflake-error.ts";

/** One column of the result: a source column as text, and the landed columns made of it. */
export interface CellPlan {
  /** The source column's exact name. */
  readonly source: string;
  readonly type: SnowflakeType;
  readonly outputs: readonly CellOutput[];
}

export interface CellOutput {
  /** Index into the plan's fields. */
  readonly field: number;
  readonly part: LandedPart;
}

/** What to run and how to read its rows. Plain data. */
export interface ExtractPlan {
  readonly sql: string;
  /** The landed columns, in order. */
  readonly fields: readonly Field[];
  readonly cells: readonly CellPlan[];
  /** The role whose masking and row access policies apply to what is read. */
  readonly role: string | undefined;
}

export interface PlanExtractInput {
  readonly source: ExtractSource;
  readonly landed: readonly LandedColumn[];
  readonly window?: CursorWindow | undefined;
  /** Reads the table as it was then, microseconds since the epoch. */
  readonly atMicros?: bigint | undefined;
  readonly role?: string | undefined;
}

/**
 * The SELECT of an extraction: each source column once, as text, in the order of the landed columns. Pure. Throws
 * PLAN_INVALID or IDENTIFIER_INVALID.
 */
export function planExtract({ source, landed, window, atMicros, role }: PlanExtractInput): ExtractPlan {
  if (landed.length === 0) {
    throw snowflakeError("PLAN_INVALID", `Expected at least one column to read from ${sourceText(source)}.`);
  }
  const cells = planCells(landed);
  const columns = cells.map(
    ({ source: name, type }, index) =>
      `  ${cellExpression(`${sourceAlias}.${quoteIdentifier(name)}`, type)} AS ${quoteIdentifier(resultColumnName(index))}`,
  );
  const sql = [
    `SELECT\n${columns.join(",\n")}`,
    fromClause(source, atMicros),
    ...(window === undefined ? [] : [`WHERE ${windowCondition(window)}`]),
  ].join("\n");
  return { sql, fields: landed.map(({ field }) => field), cells, role };
}

/**
 * The result's columns are numbered: the driver keeps them in a plain object by name, where a source column called
 * `__proto__` or `constructor` finds something else.
 */
export const resultColumnName = (index: number): string => `C${index}`;

function planCells(landed: readonly LandedColumn[]): CellPlan[] {
  const cells = new Map<string, { source: string; type: SnowflakeType; outputs: CellOutput[] }>();
  for (const [field, { source, sourceType, part }] of landed.entries()) {
    const cell = cells.get(source) ?? { source, type: sourceType, outputs: [] };
    cell.outputs.push({ field, part });
    cells.set(source, cell);
  }
  return [...cells.values()];
}
