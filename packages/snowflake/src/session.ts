import { isSnowmeltError } from "@snowmelt/core/errors";
import {
  type Clock,
  type Logger,
  type Random,
  type Secrets,
  silentLogger,
  systemClock,
  systemRandom,
} from "@snowmelt/core/ports";
import { retry } from "@snowmelt/core/retry";
import { aborted } from "./abort.ts";
import { pollQuery, type QueryProgress } from "./await-query.ts";
import type { SnowflakeConfigInput } from "./config.ts";
import { type LoggedIn, logIn } from "./connect.ts";
import type { BindValue, DriverColumn, ParameterValue, TextRow } from "./driver.ts";
import { translateFailure } from "./driver-failure.ts";
import { loadDriver } from "./driver-settings.ts";
import { parseConfig } from "./parse-config.ts";
import { type FoundQuery, parseFoundQueries, planFindByTag } from "./query-history.ts";
import { readRange } from "./range-reader.ts";
import { snowflakeError } from "./snowflake-error.ts";
import { execute, fetchResult } from "./statement.ts";
import { openStoredResult, type StoredResult } from "./stored-result.ts";
import { statusPolicy } from "./worst-case.ts";

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
  /** Cancels a query; one that has ended is left as it is. */
  cancel(queryId: string): Promise<void>;
  /** Queries of this user with this QUERY_TAG, the newest first: for a client that was killed before it noted the id. */
  findQueryByTag(tag: string, settings?: StatementSettings): Promise<readonly FoundQuery[]>;
  /** The stored result of a finished query (24 hours at most). Throws RESULT_EXPIRED. */
  openResult(queryId: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<StoredResult>;
  /** Logs out, unless a query submitted here still runs: logging out would end it. */
  close(): Promise<void>;
}

const maxQueryRows = 100_000;
const queryStallMs = 60_000;
const unknownMs = 30_000;

/** Opens a session. Throws CONFIG_INVALID, INSECURE_TRANSPORT, CREDENTIALS_REFUSED, CONNECTION_FAILED, SECRET_NOT_FOUND. */
export async function openSnowflake(
  input: SnowflakeConfigInput,
  { secrets, clock = systemClock, logger = silentLogger, random = systemRandom, signal }: OpenSnowflakeOptions,
): Promise<SnowflakeSession> {
  const config = parseConfig(input);
  const driver = await loadDriver();
  const ports = { secrets, clock, logger, random };
  const running = new Set<string>();
  let closed = false;
  let login: Promise<LoggedIn> = logIn(driver, config, { ...ports, signal });
  await login;

  const logInAgain = (lost: Promise<LoggedIn>): void => {
    if (login !== lost) return;
    logger.log("warn", "the Snowflake session was lost, logging in again");
    login = logIn(driver, config, ports);
    login.catch(() => undefined);
  };
  const withLogin = async <T>(operation: (login: LoggedIn) => Promise<T>): Promise<T> => {
    if (closed) throw snowflakeError("SESSION_LOST", "The Snowflake session was closed here.", { retryable: false });
    const current = login;
    try {
      return await operation(await current);
    } catch (error) {
      if (!isSnowmeltError(error, "SESSION_LOST")) throw error;
      logInAgain(current);
      return operation(await login);
    }
  };
  const parameters = ({ queryTag = config.queryTag, parameters: own }: StatementSettings) => ({
    TIMEZONE: "UTC",
    ...config.sessionParameters,
    ...(queryTag === undefined ? {} : { QUERY_TAG: queryTag }),
    ...own,
  });

  const readStatus = (queryId: string, abort: AbortSignal | undefined): Promise<string> =>
    withLogin(({ connection, secrets: hidden }) => {
      const what = `ask for the status of query ${queryId}`;
      return retry(
        async () => {
          try {
            return await connection.getQueryStatus(queryId);
          } catch (error) {
            const failure = translateFailure(error, { what, secrets: hidden });
            // Unlike all other requests this one does not renew an expired token; a heartbeat does.
            if (failure.code !== "SESSION_LOST" || !(await connection.isValidAsync())) throw failure;
            return await connection.getQueryStatus(queryId);
          }
        },
        {
          what,
          policy: statusPolicy,
          clock,
          random,
          ...(abort ? { signal: abort } : {}),
          isRetryable: (error) => isSnowmeltError(error) && error.retryable && error.code !== "SESSION_LOST",
        },
      );
    });

  const session: SnowflakeSession = {
    query: (sql, binds = [], settings = {}) =>
      withLogin(async ({ connection, secrets: hidden }) => {
        const { signal: abort } = settings;
        const statement = await execute(
          connection,
          { sqlText: sql, binds, requestId: random.uuid(), parameters: parameters(settings) },
          { what: `run ${firstWords(sql)}`, secrets: hidden, signal: abort },
        );
        const queryId = statement.getQueryId() ?? "unknown";
        const rowCount = statement.getNumRows() ?? 0;
        if (rowCount > maxQueryRows) {
          throw snowflakeError(
            "RESULT_TOO_LARGE",
            `${firstWords(sql)} returned ${rowCount} rows; query() takes ${maxQueryRows} at most. Use submit() and stream().`,
            { details: { queryId, rowCount } },
          );
        }
        const rows: TextRow[] = [];
        await readRange(
          statement,
          { start: 0, end: rowCount },
          { queryId, stallMs: queryStallMs, signal: abort, secrets: hidden, onRows: (slab) => void rows.push(...slab) },
        );
        return { queryId, columns: (statement.getColumns() ?? []).map(resultColumn), rows };
      }),

    describe: (sql, settings = {}) =>
      withLogin(async ({ connection, secrets: hidden }) => {
        const statement = await execute(
          connection,
          { sqlText: sql, requestId: random.uuid(), parameters: parameters(settings), describeOnly: true },
          { what: `describe ${firstWords(sql)}`, secrets: hidden, signal: settings.signal },
        );
        return (statement.getColumns() ?? []).map(resultColumn);
      }),

    submit: (sql, { requestId, ...settings }) =>
      withLogin(async ({ connection, secrets: hidden }) => {
        const statement = await execute(
          connection,
          { sqlText: sql, requestId, parameters: parameters(settings), asyncExec: true },
          { what: `submit ${firstWords(sql)}`, secrets: hidden, signal: settings.signal },
        );
        const queryId = statement.getQueryId();
        if (queryId === undefined) {
          throw snowflakeError("CONNECTION_FAILED", `Submitting ${firstWords(sql)} brought no query id.`);
        }
        running.add(queryId);
        return queryId;
      }),

    async awaitQuery(queryId, { signal: abort, onProgress } = {}) {
      const what = `wait for query ${queryId}`;
      try {
        const phase = await pollQuery(() => readStatus(queryId, abort), {
          queryId,
          clock,
          signal: abort,
          onProgress,
          unknownMs,
        });
        running.delete(queryId);
        if (phase === "unknown") {
          throw snowflakeError("QUERY_NOT_FOUND", `The server knows no query ${queryId} of this user.`);
        }
        if (phase === "failed") throw await failureOf(queryId);
      } catch (error) {
        if (!abort?.aborted) throw error;
        await session.cancel(queryId).catch(() => undefined);
        throw aborted(what, "the query is cancelled on the server", abort);
      }
    },

    cancel: (queryId) =>
      withLogin(async ({ connection, secrets: hidden }) => {
        await new Promise<void>((resolve, reject) => {
          const handle = connection.fetchResult({
            queryId,
            streamResult: true,
            rowMode: "array",
            fetchAsString: [],
            complete: () => undefined,
          });
          handle.cancel((error) => {
            if (error) reject(translateFailure(error, { what: `cancel query ${queryId}`, secrets: hidden }));
            else resolve();
          });
        });
        running.delete(queryId);
      }),

    async findQueryByTag(tag, settings = {}) {
      const { sql, binds } = planFindByTag(tag, config.database);
      const found = await session.query(sql, binds, { ...settings, queryTag: "snowmelt: find a query by its tag" });
      return parseFoundQueries(found.rows);
    },

    openResult: (queryId, { signal: abort } = {}) =>
      withLogin(async ({ connection, secrets: hidden }) => {
        const statement = await fetchResult(connection, queryId, {
          what: `open the result of query ${queryId}`,
          secrets: hidden,
          signal: abort,
        });
        return openStoredResult(statement, { queryId, secrets: hidden, columnOf: resultColumn });
      }),

    async close() {
      if (closed) return;
      closed = true;
      const last = await login.catch(() => undefined);
      if (!last?.connection.isUp() || running.size > 0) return;
      await new Promise<void>((resolve) => last.connection.destroy(() => resolve()));
    },
    [Symbol.asyncDispose]: () => session.close(),
  };

  /** The server's own words on why a query failed: its result request answers with them. */
  const failureOf = async (queryId: string): Promise<Error> => {
    try {
      await session.openResult(queryId);
    } catch (error) {
      if (error instanceof Error) return error;
    }
    return snowflakeError("STATEMENT_FAILED", `Query ${queryId} failed, and the server does not say why.`);
  };

  return session;
}

const firstWords = (sql: string): string => {
  const text = sql.replace(/\s+/g, " ").trim();
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
};

const resultColumn = (column: DriverColumn): ResultColumn => ({
  name: column.getName(),
  type: column.getType(),
  nullable: column.isNullable(),
  precision: column.getPrecision() ?? undefined,
  scale: column.getScale() ?? undefined,
});
