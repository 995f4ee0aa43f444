import type { BindValue, TextRow } from "./driver.ts";
import { quoteIdentifier } from "./quote.ts";

export interface FoundQuery {
  readonly queryId: string;
  /** As QUERY_HISTORY spells it: `RUNNING`, `SUCCESS`, `FAILED_WITH_ERROR`. */
  readonly status: string;
}

/** QUERY_HISTORY looks back 7 days; its table function belongs to a database, the session's when none is named. */
export function planFindByTag(
  tag: string,
  database: string | undefined,
): { readonly sql: string; readonly binds: readonly BindValue[] } {
  const schema = `${database === undefined ? "" : `${quoteIdentifier(database)}.`}INFORMATION_SCHEMA`;
  return {
    sql: [
      "SELECT QUERY_ID, EXECUTION_STATUS",
      `FROM TABLE(${schema}.QUERY_HISTORY(RESULT_LIMIT => 10000))`,
      "WHERE QUERY_TAG = ?",
      "ORDER BY START_TIME DESC, QUERY_ID DESC",
    ].join("\n"),
    binds: [tag],
  };
}

export function parseFoundQueries(rows: readonly TextRow[]): FoundQuery[] {
  return rows.map(([queryId, status]) => ({ queryId: queryId ?? "", status: (status ?? "").toUpperCase() }));
}
