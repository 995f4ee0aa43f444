import type { LandedColumn, SnowflakeType } from "@snowmelt/core/types";
import { cellExpression } from "./cell-expression.ts";
import { type CursorWindow, windowCondition } from "./cursor-window.ts";
import { digestStatement, type RowDigest } from "./digest/row-digest.ts";
import type { TextRow } from "./driver.ts";
import { type ExtractSource, fromClause, sourceAlias } from "./extract-source.ts";
import { quoteIdentifier } from "./quote.ts";
import { snowflakeError } from "./snowflake-error.ts";

export interface PlanRowDigestInput {
  readonly source: ExtractSource;
  /** Those that {@link digestRefusal} does not refuse, in the order of the digest. */
  readonly columns: readonly LandedColumn[];
  readonly window?: CursorWindow | undefined;
  readonly atMicros?: bigint | undefined;
}

/**
 * The statement that digests every row. Of each column the text is taken that the landed value has one form of: digits,
 * text itself, `true`, `2026-01-31`, `2026-01-31T10:00:00.000001` in UTC or of the wall clock, upper-case hex; with its length
 * in characters and a colon before it, and `N` for NULL. Pure.
 */
export function planRowDigest({ source, columns, window, atMicros }: PlanRowDigestInput): { readonly sql: string } {
  const rows = [
    `SELECT ${columns.map(rowTextExpression).join("\n  || ")} AS "ROW"`,
    fromClause(source, atMicros),
    ...(window === undefined ? [] : [`WHERE ${windowCondition(window)}`]),
  ].join("\n");
  return { sql: digestStatement(rows) };
}

/** A column's part of a row's text: with its length in characters before it, or `N`. Pure. */
export function rowTextExpression({ source, sourceType }: Pick<LandedColumn, "source" | "sourceType">): string {
  const cell = digestExpression(`${sourceAlias}.${quoteIdentifier(source)}`, sourceType);
  return `NVL(TO_VARCHAR(LENGTH(${cell})) || ':' || ${cell}, 'N')`;
}

/** The answer of {@link planRowDigest}. */
export function parseRowDigest(rows: readonly TextRow[]): RowDigest {
  const [rowCount, upper, lower] = rows[0] ?? [];
  if (rows.length !== 1 || !rowCount) {
    throw snowflakeError("RESULT_MISMATCH", `Expected one row with a count and two sums, got ${rows.length}.`);
  }
  return { rowCount: BigInt(rowCount), upper: BigInt(upper ?? "0"), lower: BigInt(lower ?? "0") };
}

/** Why a column cannot be part of a digest: the landed value and the source have no text in common. Undefined where it can. */
export function digestRefusal({ field, sourceType, part }: LandedColumn): string | undefined {
  if (part.kind === "nanos" || part.kind === "offsetMinutes") return "it is a part of a timestamp";
  const { kind } = sourceType;
  if (kind === "float" || kind === "decfloat") return "a float has no one text";
  if (part.kind === "text")
    return kind === "timestamp_ntz" || kind === "timestamp_ltz" || kind === "timestamp_tz" || kind === "time"
      ? "it lands as text of a time"
      : undefined;
  switch (kind) {
    case "number": {
      const scale = field.type.kind === "decimal" ? field.type.scale : 0;
      return scale === sourceType.scale ? undefined : "it lands with another scale";
    }
    case "timestamp_ntz":
    case "timestamp_ltz":
    case "timestamp_tz":
      return part.kind === "micros" && (part.nanos === "fail" || sourceType.scale <= 6)
        ? undefined
        : "it lands without its nanoseconds";
    case "time":
      return "it lands as a time of day";
    default:
      return undefined;
  }
}

function digestExpression(column: string, type: SnowflakeType): string {
  const wallClock = `'YYYY-MM-DD"T"HH24:MI:SS.FF6'`;
  switch (type.kind) {
    case "timestamp_ntz":
      return `TO_VARCHAR(${column}, ${wallClock})`;
    case "timestamp_ltz":
    case "timestamp_tz":
      return `TO_VARCHAR(CONVERT_TIMEZONE('UTC', ${column})::TIMESTAMP_NTZ, ${wallClock})`;
    default:
      return cellExpression(column, type);
  }
}
