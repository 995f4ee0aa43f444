import { RetryPolicy, worstCaseDelayMs } from "@snowmelt/core/retry";
import type { SnowflakeConfig } from "./config.ts";

/**
 * What the driver, 3.3.0, retries by itself and lets nobody set: statements and result requests 7 times (whatever its own
 * setting of 1000 says: the setting is not handed on), chunks 10 times, each after at most 16 seconds. The login's retries can
 * be set and are 0; status requests have none.
 */
export const driverRetries = { statement: 7, chunk: 10, maxSleepMs: 16_000 } as const;

/** Ours: each operation is retried by one layer, the driver's where it cannot be switched off, else by these. */
export const statusPolicy: RetryPolicy = { attempts: 6, baseDelayMs: 200, maxDelayMs: 10_000 };
/** Of reading one range of a result. */
export const rangePolicy: RetryPolicy = RetryPolicy.parse({ attempts: 4, baseDelayMs: 500, maxDelayMs: 20_000 });
/** Of logging in. */
export const loginPolicy = ({ loginAttempts }: Pick<SnowflakeConfig, "loginAttempts">): RetryPolicy =>
  RetryPolicy.parse({ attempts: loginAttempts });

/** The longest an operation can take to fail when nothing ever answers, in milliseconds. */
export interface WorstCase {
  readonly loginMs: number;
  /** `query`, `submit`, opening a result. */
  readonly statementMs: number;
  readonly statusMs: number;
  /** One range of `stream`, of which no row ever comes. */
  readonly rangeMs: number;
}

/** The worst cases for a connection's settings and the milliseconds after which a silent range is given up. Pure. */
export function worstCase(
  config: Pick<SnowflakeConfig, "requestTimeoutMs" | "loginAttempts">,
  stallMs: number,
): WorstCase {
  const { requestTimeoutMs } = config;
  const login = loginPolicy(config);
  const statementMs =
    (driverRetries.statement + 1) * requestTimeoutMs + driverRetries.statement * driverRetries.maxSleepMs;
  return {
    loginMs: login.attempts * requestTimeoutMs + worstCaseDelayMs(login),
    statementMs,
    statusMs: statusPolicy.attempts * requestTimeoutMs + worstCaseDelayMs(statusPolicy),
    rangeMs: rangePolicy.attempts * (statementMs + stallMs) + worstCaseDelayMs(rangePolicy),
  };
}
