import { RetryPolicy, worstCaseDelayMs } from "@snowmelt/core/retry";
import { type S3StoreOptions, s3Defaults } from "./s3-options.ts";

/** Between the tries of one request. */
export function s3RetryPolicy({ attempts = s3Defaults.attempts }: Pick<S3StoreOptions, "attempts">): RetryPolicy {
  return RetryPolicy.parse({ attempts, baseDelayMs: 250, maxDelayMs: 10_000 });
}

/** Giving up an upload is tried this often: what stays is swept later. */
export function abortPolicy({ attempts }: RetryPolicy): RetryPolicy {
  return RetryPolicy.parse({ attempts: Math.min(2, attempts), baseDelayMs: 250, maxDelayMs: 10_000 });
}

/** The SDK begins to watch a silent connection this late, when its time-out is longer than 6 seconds. */
const watchDelayMs = 3_000;

/**
 * The longest an operation can take to fail when nothing ever answers, in milliseconds. The wait for one's turn among more
 * than `maxConnections` requests comes on top.
 */
export interface S3WorstCase {
  /** `get`, `head`, `delete`, a page of a listing. */
  readonly requestMs: number;
  /** A put of up to `partBytes`: the request, and the look at what came of it. */
  readonly putMs: number;
  /** From the moment on at which nothing answers, wherever in an upload: that request, the abort, and the look. */
  readonly uploadMs: number;
}

export function s3WorstCase(
  options: Pick<S3StoreOptions, "attempts" | "connectTimeoutMs" | "idleTimeoutMs"> = {},
): S3WorstCase {
  const { connectTimeoutMs, idleTimeoutMs } = { ...s3Defaults, ...options };
  const tryMs = connectTimeoutMs + idleTimeoutMs + watchDelayMs;
  const policyMs = (policy: RetryPolicy): number => policy.attempts * tryMs + worstCaseDelayMs(policy);
  const policy = s3RetryPolicy(options);
  const requestMs = policyMs(policy);
  const abortMs = policyMs(abortPolicy(policy));
  return { requestMs, putMs: 2 * requestMs, uploadMs: 2 * requestMs + abortMs };
}
