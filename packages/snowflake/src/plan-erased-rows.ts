import type { LandedColumn } from "@snowmelt/core/types";
import type { TextRow } from "./driver.ts";
import { type ExtractSource, fromClause, sourceAlias } from "./extract-source.ts";
import { rowTextExpression } from "./plan-row-digest.ts";
import { quoteText } from "./quote.ts";
import { snowflakeError } from "./snowflake-error.ts";

/** Rows by digests of a key: MD5, in hex, of a salt and the key's text. */
export interface ErasedRows {
  readonly salt: string;
  /** The columns of the key; none that `digestRefusal` refuses. */
  readonly columns: readonly LandedColumn[];
  readonly digests: readonly string[];
}

interface Place {
  readonly source: ExtractSource;
  readonly atMicros?: bigint | undefined;
}

/** The statement that counts a source's rows of each digest. Pure. */
export function planErasedCounts({ source, atMicros }: Place, erased: ErasedRows): { readonly sql: string } {
  const digest = digestOf(erased);
  const sql = [
    `SELECT ${digest} AS "DIGEST", TO_VARCHAR(COUNT(*)) AS "ROWS"`,
    fromClause(source, atMicros),
    `WHERE ${digest} IN (${listOf(erased)})`,
    "GROUP BY 1",
  ].join("\n");
  return { sql };
}

/** The answer of {@link planErasedCounts}: how many rows there are of a digest. Those that are not there are not in it. */
export function parseErasedCounts(rows: readonly TextRow[]): ReadonlyMap<string, number> {
  return new Map(
    rows.map(([digest, count]): [string, number] => {
      if (digest && count) return [digest, Number(count)];
      throw snowflakeError("RESULT_MISMATCH", "Expected a digest and a count in each row, got NULL.");
    }),
  );
}

/**
 * The source, as of the moment, without the rows that were erased: a query that is read as a source is, but not as of another
 * moment. Pure.
 */
export function planWithoutErased({ source, atMicros }: Place, erased: readonly ErasedRows[]): ExtractSource {
  const conditions = erased
    .filter(({ digests }) => digests.length > 0)
    .map((rows) => `${digestOf(rows)} NOT IN (${listOf(rows)})`);
  const where = conditions.length === 0 ? [] : [`WHERE ${conditions.join("\n  AND ")}`];
  return { query: [`SELECT ${sourceAlias}.*`, fromClause(source, atMicros), ...where].join("\n") };
}

const digestOf = ({ salt, columns }: ErasedRows): string =>
  `MD5(${quoteText(salt)}\n  || ${columns.map(rowTextExpression).join("\n  || ")})`;

const listOf = ({ digests }: ErasedRows): string => digests.map(quoteText).join(", ");
