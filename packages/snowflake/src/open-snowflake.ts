import { isSnowmeltError } from "@snowmelt/core/errors";
import { silentLogger, systemClock, systemRandom } from "@snowmelt/core/ports";
import { aborted } from "./abort.ts";
import { phaseOf, pollQuery } from "./await-query.ts";
import type { SnowflakeConfigInput } from "./config.ts";
import { type LoggedIn, logIn } from "./connect.ts";
import type { TextRow } from "./driver.ts";
import { translateFailure } from "./driver-failure.ts";
import { loadDriver } from "./driver-settings.ts";
import { parseConfig } from "./parse-config.ts";
import { parseFoundQueries, planFindByTag } from "./query-history.ts";
import { readQueryStatus } from "./query-status.ts";
import { readRange } from "./range-reader.ts";
import { type OpenSnowflakeOptions, resultColumn, type SnowflakeSession, type StatementSettings } from "./session.ts";
import { snowflakeError } from "./snowflake-error.ts";
import { execute, fetchResult } from "./statement.ts";
import { openStoredResult } from "./stored-result.ts";

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
    withLogin((current) => readQueryStatus(current, queryId, { clock, random, signal: abort }));

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

    async queryPhase(queryId, { signal: abort } = {}) {
      const phase = phaseOf(await readStatus(queryId, abort));
      if (phase === "success" || phase === "failed") running.delete(queryId);
      return phase;
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
            if (!error) return resolve();
            const failure = translateFailure(error, { what: `cancel query ${queryId}`, secrets: hidden });
            if (hasEnded(failure)) resolve();
            else reject(failure);
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

/** 000605: "Identified SQL statement is not currently executing." */
const hasEnded = ({ details }: { readonly details: Readonly<Record<string, unknown>> }): boolean =>
  String(details.code).padStart(6, "0") === "000605";

const firstWords = (sql: string): string => {
  const text = sql.replace(/\s+/g, " ").trim();
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
};
