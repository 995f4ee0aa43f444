import { isSnowmeltError, SnowmeltError } from "@snowmelt/core/errors";
import { type RetryPolicy, retry } from "@snowmelt/core/retry";
import type { S3Connection } from "./s3-connection.ts";
import { toS3Error } from "./s3-error.ts";

export interface S3Request {
  /** For messages: `read raw/flights/part-1.parquet`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** @default the connection's */
  readonly policy?: RetryPolicy;
}

export interface S3Try {
  /** For `client.send`: an abort cuts the connection. A request without it is waited for, abort or not. */
  readonly sending: { readonly abortSignal?: AbortSignal };
}

/**
 * The one place where a request to S3 is retried: errors that are marked retryable, with core's back-off. Settles only when
 * no try is under way. `send` makes no other request of this kind: it would wait for a turn while it holds one. Rejects with the last failure as a SnowmeltError, or with the signal's reason.
 */
export async function request<T>(s3: S3Connection, asked: S3Request, send: (made: S3Try) => Promise<T>): Promise<T> {
  const { what, signal, policy = s3.policy } = asked;
  signal?.throwIfAborted();
  const made = { sending: signal ? { abortSignal: signal } : {} };
  // Given to `retry`, the signal would end it at once and leave the try to itself. The waits in between may end at once.
  const clock = { ...s3.clock, sleep: (ms: number) => s3.clock.sleep(ms, signal) };
  const isRetryable = (error: unknown): boolean =>
    !signal?.aborted && isSnowmeltError(error) && error.retryable && error.code !== "STORE_UPLOAD_GONE";
  try {
    return await retry(
      async () => {
        try {
          return await s3.gate(() => send(made), signal);
        } catch (error) {
          throw toS3Error(error, what, s3.place);
        }
      },
      { what, policy, clock, random: s3.random, isRetryable },
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw isSnowmeltError(error, "RETRIES_EXHAUSTED") ? exhausted(error, policy) : error;
  }
}

/** The last failure as it was, and no longer to be repeated at once: whoever calls would multiply the tries. */
function exhausted(error: SnowmeltError, { attempts }: RetryPolicy): SnowmeltError {
  const last = error.cause;
  if (!isSnowmeltError(last)) return error;
  const { code, category, message, details } = last;
  return new SnowmeltError({ code, category, retryable: false }, `${message} Tried ${attempts} times.`, {
    cause: last,
    details: { ...details, attempts },
  });
}
