import type { Clock, Logger, Random, Secrets } from "@snowmelt/core/ports";
import type { QueryPhase, QueryProgress } from "./await-query.ts";
import type { BindValue, DriverColumn, ParameterValue, TextRow } from "./driver.ts";
import type { FoundQuery } from "./query-history.ts";
import type { StoredResult } from "./stored-result.ts";

export interface OpenSnowflakeOptions {
  readonly secrets: Secrets;
  /** @default the system's */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
  /** @default the system's */
  readonly random?: Random;
  readonly signal?: AbortSignal;
}

export interface StatementSettings {
  readonly signal?: AbortSignal | undefined;
  /** @default the session's */
  readonly queryTag?: string | undefined;
  /** Session parameters for this statement alone. */
  readonly parameters?: Readonly<Record<string, ParameterValue>> | undefined;
}

export interface ResultColumn {
  readonly name: string;
  /** The wire's lower-case name: `fixed`, `text`, `timestamp_ntz`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
}

export interface QueryResult {
  readonly queryId: string;
  readonly columns: readonly ResultColumn[];
  /** Every cell as text. Only what the SQL itself casts to text is exact; the rest is in the driver's words. */
  readonly rows: readonly TextRow[];
}

export interface SubmitOptions extends StatementSettings {
  /** A uuid, kept by the caller before the call: the same one again gets the first query's id and runs nothing twice. */
  readonly requestId: string;
}

export interface AwaitQueryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: QueryProgress) => void) | undefined;
}

/**
 * A login. A session that ended on the server (its tokens ran out, it was closed there) is renewed or logged in again when
 * it is next used; queries and results belong to the user and stay reachable.
 */
export interface SnowflakeSession extends AsyncDisposable {
  /** Runs a statement with a small result (RESULT_TOO_LARGE above 100,000 rows). Abort cancels it on the server. */
  query(sql: string, binds?: readonly BindValue[], settings?: StatementSettings): Promise<QueryResult>;
  /** The columns a statement would return, without running it. */
  describe(sql: string, settings?: StatementSettings): Promise<readonly ResultColumn[]>;
  /** Starts a statement and returns its query id at once. May be repeated with the same request id. */
  submit(sql: string, options: SubmitOptions): Promise<string>;
  /**
   * Waits until a query has succeeded. Throws STATEMENT_FAILED, STATEMENT_CANCELLED and the like when it has not, and
   * QUERY_NOT_FOUND. Abort cancels the query. May be repeated, from any process.
   */
  awaitQuery(queryId: string, options?: AwaitQueryOptions): Promise<void>;
  /** Asks once, without waiting. `unknown` for a moment after it was submitted, and for one that is not of this user. */
  queryPhase(queryId: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<QueryPhase>;
  /** Cancels a query; one that has ended is left as it is. */
  cancel(queryId: string): Promise<void>;
  /** Queries of this user with this QUERY_TAG, the newest first: for a client that was killed before it noted the id. */
  findQueryByTag(tag: string, settings?: StatementSettings): Promise<readonly FoundQuery[]>;
  /** The stored result of a finished query (24 hours at most). Throws RESULT_EXPIRED. */
  openResult(queryId: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<StoredResult>;
  /** Logs out, unless a query submitted here still runs: logging out would end it. */
  close(): Promise<void>;
}

/** What the driver tells of a result column. */
export const resultColumn = (column: DriverColumn): ResultColumn => ({
  name: column.getName(),
  type: column.getType(),
  nullable: column.isNullable(),
  precision: column.getPrecision() ?? undefined,
  scale: column.getScale() ?? undefined,
});
