import { isSnowmeltError, type SnowmeltError } from "@snowmelt/core/errors";
import type { Clock, Logger, Random, Secrets } from "@snowmelt/core/ports";
import { retry } from "@snowmelt/core/retry";
import type { SnowflakeConfig } from "./config.ts";
import { type Credentials, type CredentialsLook, keyPairLooks, readCredentials } from "./credentials.ts";
import type { Driver, DriverConnection } from "./driver.ts";
import { plainCause, readDriverFailure } from "./driver-failure.ts";
import { connectionDefaults } from "./driver-settings.ts";
import { addressOf, hostOf } from "./parse-config.ts";
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
 * Logs in, with a fresh secret, key signature and connection each time; only what may pass (network, 5xx) is tried again, and
 * a key pair that is refused with the secret's other versions, so that a rotation is noticed by nobody.
 * Throws CREDENTIALS_REFUSED, CONNECTION_FAILED, SECRET_NOT_FOUND, RETRIES_EXHAUSTED, ABORTED.
 */
export async function logIn(
  driver: Driver,
  config: SnowflakeConfig,
  { secrets, clock, logger, random, signal }: SnowflakePorts & { readonly signal?: AbortSignal | undefined },
): Promise<LoggedIn> {
  const what = `log in to Snowflake at ${addressOf(config)}`;
  const attempt = async ({ options, secrets: hidden }: Credentials): Promise<LoggedIn> => {
    const connection = createConnection(driver, config, options);
    try {
      await connect(connection, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw loginFailure(error, { config, what, secrets: hidden });
    }
    return { connection, secrets: hidden };
  };
  const read = (look: CredentialsLook) => readCredentials(config.auth, { secrets, signal, look });
  return retry(() => (config.auth.kind === "keyPair" ? logInByKey(read, attempt, logger) : read({}).then(attempt)), {
    what,
    policy: loginPolicy(config),
    clock,
    random,
    ...(signal ? { signal } : {}),
    onRetry: ({ attempt, delayMs }) => logger.log("warn", "login failed, trying again", { attempt, delayMs }),
  });
}

/** Snowflake says no more than this of a key that it does not know, a clock that is off or a user that is not there. */
const keyRefused = "390144";

/** Tries what each look finds, until one is taken. What the first was refused with is what the caller is told. */
async function logInByKey(
  read: (look: CredentialsLook) => Promise<Credentials>,
  attempt: (credentials: Credentials) => Promise<LoggedIn>,
  logger: Logger,
): Promise<LoggedIn> {
  const tried = new Set<string>();
  let refusal: unknown;
  for (const look of keyPairLooks) {
    try {
      const credentials = await read(look);
      const key = JSON.stringify(credentials.secrets);
      if (tried.has(key)) continue;
      tried.add(key);
      const loggedIn = await attempt(credentials);
      if (refusal !== undefined) logger.log("warn", "the key pair was refused, another version of it was taken", look);
      return loggedIn;
    } catch (error) {
      if (!(isKeyRefusal(error) || isUnusable(error) || (refusal !== undefined && isAbsent(error)))) throw error;
      refusal ??= error;
    }
  }
  throw refusal;
}

const isKeyRefusal = (error: unknown): boolean =>
  isSnowmeltError(error, "CREDENTIALS_REFUSED") && error.details.code === keyRefused;

/** Refused before Snowflake saw it: no key, or one whose passphrase was read a moment later, of the next version. */
const isUnusable = (error: unknown): boolean =>
  isSnowmeltError(error, "CONFIG_INVALID") ||
  (isSnowmeltError(error, "CREDENTIALS_REFUSED") && error.details.kind !== "server");

/** Another version need not be there, nor have the form of the one in use. */
const isAbsent = (error: unknown): boolean =>
  isSnowmeltError(error, "SECRET_NOT_FOUND") || isSnowmeltError(error, "SECRET_INVALID");

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
      `Snowflake at ${addressOf(config)} refused the login of ${who}: ${told}. Check the user, the role and the secret that auth names.`,
      options,
    );
  }
  if (failure.httpStatus === 403 || failure.httpStatus === 404) {
    return snowflakeError(
      "CONNECTION_FAILED",
      `Could not ${what}: HTTP ${failure.httpStatus}, as for an account that does not exist. Check account ${config.account}, host and port.`,
      { ...options, retryable: false },
    );
  }
  if (failure.kind === "network" || failure.kind === "http") {
    return snowflakeError("CONNECTION_FAILED", `Could not ${what}: ${told}. Check that host and port are reachable.`, {
      ...options,
      retryable: failure.httpStatus === undefined || failure.httpStatus >= 500 || failure.httpStatus === 429,
    });
  }
  return snowflakeError(
    "CREDENTIALS_REFUSED",
    `Could not make the ${config.auth.kind} login for Snowflake at ${addressOf(config)}: ${told}.`,
    options,
  );
}
