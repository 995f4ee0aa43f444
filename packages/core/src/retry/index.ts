export { ceilingMs, defaultRetryPolicy, type RetryOptions, RetryPolicy, retry, worstCaseDelayMs } from "./retry.ts";
