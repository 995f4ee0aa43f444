import { isSnowmeltError } from "@snowmelt/core/errors";
import type { Clock, Random } from "@snowmelt/core/ports";
import { retry } from "@snowmelt/core/retry";
import type { LoggedIn } from "./connect.ts";
import { translateFailure } from "./driver-failure.ts";
import { statusPolicy } from "./worst-case.ts";

/** Asks once for a query's status, with the renewal and the retries that the driver gives this request none of. */
export function readQueryStatus(
  { connection, secrets }: LoggedIn,
  queryId: string,
  {
    clock,
    random,
    signal,
  }: { readonly clock: Clock; readonly random: Random; readonly signal: AbortSignal | undefined },
): Promise<string> {
  const what = `ask for the status of query ${queryId}`;
  return retry(
    async () => {
      try {
        return await connection.getQueryStatus(queryId);
      } catch (error) {
        const failure = translateFailure(error, { what, secrets });
        // A heartbeat renews an expired token.
        if (failure.code !== "SESSION_LOST" || !(await connection.isValidAsync())) throw failure;
        return await connection.getQueryStatus(queryId).catch((again: unknown) => {
          throw translateFailure(again, { what, secrets });
        });
      }
    },
    {
      what,
      policy: statusPolicy,
      clock,
      random,
      ...(signal ? { signal } : {}),
      isRetryable: (error) => isSnowmeltError(error) && error.retryable && error.code !== "SESSION_LOST",
    },
  );
}
