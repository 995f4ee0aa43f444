import { instantText } from "./instant.ts";
import { quotePath, quoteText } from "./quote.ts";
import { snowflakeError } from "./snowflake-error.ts";

export interface TableName {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/** What is read: a table or view by its exact name, or a SELECT. */
export type ExtractSource = { readonly table: TableName } | { readonly query: string };

/** For messages. */
export const sourceText = (source: ExtractSource): string =>
  "table" in source ? `${source.table.database}.${source.table.schema}.${source.table.name}` : "the query";

/** The alias columns are qualified with, so that a SELECT alias of the same name is never meant. */
export const sourceAlias = "s";

/**
 * `FROM … AS s`, read as of a moment when `atMicros` (since the epoch) is given. A SELECT cannot be read so: PLAN_INVALID.
 */
export function fromClause(source: ExtractSource, atMicros?: bigint | undefined): string {
  if ("query" in source) {
    if (atMicros !== undefined) {
      throw snowflakeError(
        "PLAN_INVALID",
        "AT(TIMESTAMP) goes with a table, not with a query: write it inside the query, or read without a snapshot.",
      );
    }
    // On lines of its own, so that a comment at its end swallows nothing.
    return `FROM (\n${source.query.trim().replace(/;+\s*$/, "")}\n) AS ${sourceAlias}`;
  }
  const { database, schema, name } = source.table;
  const at = atMicros === undefined ? "" : ` AT(TIMESTAMP => ${instantLiteral(atMicros)})`;
  return `FROM ${quotePath(database, schema, name)}${at} AS ${sourceAlias}`;
}

/** A moment as SQL, with its offset written out. */
export const instantLiteral = (micros: bigint): string => `${quoteText(`${instantText(micros)}+00:00`)}::TIMESTAMP_TZ`;
