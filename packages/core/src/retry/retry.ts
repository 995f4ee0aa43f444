import pRetry from "p-retry";
import { z } from "zod";
import { coreError, isSnowmeltError } from "../errors/index.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../ports/index.ts";

export const RetryPolicy = z.strictObject({
  /** Tries in all, the first one included. */
  attempts: z.int().min(1).default(5),
  /** Ceiling of the first delay; it doubles with each attempt. */
  baseDelayMs: z.int().min(0).default(200),
  /** Ceiling of every delay. */
  maxDelayMs: z.int().min(0).default(20_000),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** 5 attempts, delays of up to 200 ms that double, 20 s at most. */
export const defaultRetryPolicy: RetryPolicy = RetryPolicy.parse({});

export interface RetryOptions {
  /** What is being tried, for messages: `download chunk 3`. */
  readonly what: string;
  readonly policy?: RetryPolicy;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly signal?: AbortSignal;
  /** Default: the error is a SnowmeltError marked retryable. */
  readonly isRetryable?: (error: unknown) => boolean;
  readonly onRetry?: (failure: { error: unknown; attempt: number; delayMs: number }) => void;
}

/**
 * Runs `operation` until it succeeds, with exponential backoff and full jitter: the delay before try n+1 is uniform in
 * [0, min(maxDelayMs, baseDelayMs * 2^(n-1))]. An error that is not retryable passes through as it is; when the attempts
 * are used up the last error is the cause of RETRIES_EXHAUSTED. Abort rejects with ABORTED, also during a delay.
 */
export async function retry<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { what, policy = defaultRetryPolicy, clock = systemClock, random = systemRandom, signal, onRetry } = options;
  const isRetryable = options.isRetryable ?? ((error) => isSnowmeltError(error) && error.retryable);
  try {
    return await pRetry(
      (attempt) => {
        signal?.throwIfAborted();
        return operation(attempt);
      },
      {
        retries: policy.attempts - 1,
        minTimeout: 0,
        maxTimeout: 0,
        ...(signal ? { signal } : {}),
        shouldRetry: ({ error }) => !signal?.aborted && isRetryable(error),
        onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
          if (retriesLeft === 0 || signal?.aborted || !isRetryable(error)) return;
          const delayMs = Math.floor(random.float() * (ceilingMs(policy, attemptNumber) + 1));
          onRetry?.({ error, attempt: attemptNumber, delayMs });
          await clock.sleep(delayMs, signal);
        },
      },
    );
  } catch (error) {
    if (signal?.aborted) throw coreError("ABORTED", `Aborted while trying to ${what}.`, { cause: error });
    if (!isRetryable(error) || policy.attempts === 1) throw error;
    const last = error instanceof Error ? error.message : String(error);
    throw coreError(
      "RETRIES_EXHAUSTED",
      `Gave up trying to ${what} after ${policy.attempts} attempts. Last error: ${last}`,
      { cause: error },
    );
  }
}

/** The longest a caller can wait in delays alone, for documented worst cases. */
export function worstCaseDelayMs(policy: RetryPolicy): number {
  let total = 0;
  for (let attempt = 1; attempt < policy.attempts; attempt++) total += ceilingMs(policy, attempt);
  return total;
}

/** What the delay after this attempt is drawn below. */
export const ceilingMs = (policy: RetryPolicy, attempt: number): number =>
  Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
