import type { SnowmeltError } from "@snowmelt/core/errors";
import type { Clock, Logger, Random, Secrets } from "@snowmelt/core/ports";
import { retry } from "@snowmelt/core/retry";
import type { SnowflakeConfig } from "./config.ts";
import { readCredentials } from "./credentials.ts";
import type { Driver, DriverConnection } from "./driver.ts";
import { plainCause, readDriverFailure } from "./driver-failure.ts";
import { connectionDefaults } from "./driver-settings.ts";
import { hostOf } from "./parse-config.ts";
import { snowflakeError } from "./snowflake-error.ts";
import { loginPolicy } from "./worst-case.ts";

/** What a session is opened with beside its settings. */
export interface SnowflakePorts {
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: Random;
}

/** A logged-in connection of the driver, and the secrets to keep out of its errors. */
export interface LoggedIn {
  readonly connection: DriverConnection;
  readonly secrets: readonly string[];
}

/**
 * Logs in, with a fresh secret, key signature and connection each time; only what may pass (network, 5xx) is tried again.
 * Throws CREDENTIALS_REFUSED, CONNECTION_FAILED, SECRET_NOT_FOUND, RETRIES_EXHAUSTED, ABORTED.
 */
export async function logIn(
  driver: Driver,
  config: SnowflakeConfig,
  { secrets, clock, logger, random, signal }: SnowflakePorts & { readonly signal?: AbortSignal | undefined },
): Promise<LoggedIn> {
  const what = `log in to Snowflake at ${hostOf(config)}`;
  return retry(
    async () => {
      const credentials = await readCredentials(config.auth, { secrets, signal });
      const connection = createConnection(driver, config, credentials.options);
      try {
        await connect(connection, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw loginFailure(error, { config, what, secrets: credentials.secrets });
      }
      return { connection, secrets: credentials.secrets };
    },
    {
      what,
      policy: loginPolicy(config),
      clock,
      random,
      ...(signal ? { signal } : {}),
      onRetry: ({ attempt, delayMs }) => logger.log("warn", "login failed, trying again", { attempt, delayMs }),
    },
  );
}

function createConnection(
  driver: Driver,
  config: SnowflakeConfig,
  credentials: Readonly<Record<string, unknown>>,
): DriverConnection {
  const { account, port, protocol, username, role, warehouse, database, schema, requestTimeoutMs } = config;
  const given = { port, username, role, warehouse, database, schema };
  const options = {
    ...connectionDefaults,
    account,
    host: hostOf(config),
    protocol,
    timeout: requestTimeoutMs,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...credentials,
  };
  try {
    return driver.createConnection(options);
  } catch (error) {
    const failure = readDriverFailure(error, secretValues(credentials));
    throw snowflakeError("CONFIG_INVALID", `The driver refuses the Snowflake settings: ${failure.message}`, {
      cause: plainCause(failure),
    });
  }
}

const secretValues = (credentials: Readonly<Record<string, unknown>>): string[] =>
  Object.values(credentials).filter((value) => typeof value === "string");

/** By callback: the driver's promise resolves even when the login failed. */
function connect(connection: DriverConnection, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      connection.destroy(() => undefined);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
    connection.connect((error) => {
      signal?.removeEventListener("abort", abort);
      if (error) reject(error);
      else if (connection.isUp()) resolve();
      else reject(new Error("the driver reported a login, but its connection is not up"));
    });
  });
}

function loginFailure(
  error: unknown,
  { config, what, secrets }: { config: SnowflakeConfig; what: string; secrets: readonly string[] },
): SnowmeltError {
  const failure = readDriverFailure(error, secrets);
  const options = { cause: plainCause(failure), details: { ...failure, host: hostOf(config), auth: config.auth.kind } };
  const told = `${failure.message}${failure.code === undefined ? "" : ` (code ${failure.code})`}`;
  if (failure.kind === "server") {
    const who = config.username === undefined ? config.auth.kind : `${config.username} by ${config.auth.kind}`;
    return snowflakeError(
      "CREDENTIALS_REFUSED",
      `Snowflake at ${hostOf(config)} refused the login of ${who}: ${told}. Check the user, the role and the secret that auth names.`,
      options,
    );
  }
  if (failure.httpStatus === 403 || failure.httpStatus === 404) {
    return snowflakeError(
      "CONNECTION_FAILED",
      `Could not ${what}: HTTP ${failure.httpStatus}, as for an account that does not exist. Check account ${config.account} and host.`,
      { ...options, retryable: false },
    );
  }
  if (failure.kind === "network" || failure.kind === "http") {
    return snowflakeError("CONNECTION_FAILED", `Could not ${what}: ${told}. Check that the host is reachable.`, {
      ...options,
      retryable: failure.httpStatus === undefined || failure.httpStatus >= 500 || failure.httpStatus === 429,
    });
  }
  return snowflakeError(
    "CREDENTIALS_REFUSED",
    `Could not make the ${config.auth.kind} login for Snowflake at ${hostOf(config)}: ${told}.`,
    options,
  );
}
