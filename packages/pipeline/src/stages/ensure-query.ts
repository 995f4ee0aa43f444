import { isSnowmeltError } from "@snowmelt/core/errors";
import type { SnowflakeSession } from "@snowmelt/snowflake";
import type { Attempt } from "../state/dataset-state.ts";

/**
 * The finished query of an attempt: the one it already started, found by its id or its tag, or a new one under the
 * attempt's own request id, which the server answers with the first query however often it is sent. Undefined when the
 * earlier query failed or its result is gone; then the window needs a new query, and files of the old one never join it.
 */
export async function ensureQuery(
  session: SnowflakeSession,
  attempt: Attempt,
  options: {
    readonly isRepeat: boolean;
    readonly signal: AbortSignal;
    readonly noteQueryId: (queryId: string) => Promise<void>;
    /** Called now and then while the server works. */
    readonly onWait: () => void;
  },
): Promise<{ queryId: string } | undefined> {
  const { isRepeat, signal, noteQueryId, onWait } = options;
  const known =
    attempt.queryId ??
    (isRepeat ? (await session.findQueryByTag(attempt.queryTag, { signal }))[0]?.queryId : undefined);
  const queryId =
    known ?? (await session.submit(attempt.sql, { requestId: attempt.requestId, queryTag: attempt.queryTag, signal }));
  if (queryId !== attempt.queryId) await noteQueryId(queryId);
  try {
    await session.awaitQuery(queryId, { signal, onProgress: onWait });
    await session.openResult(queryId, { signal });
    return { queryId };
  } catch (error) {
    if (isRepeat && isGone(error)) return undefined;
    throw error;
  }
}

/** What an earlier attempt used is not there any more. */
export const isGone = (error: unknown): boolean =>
  ["QUERY_NOT_FOUND", "RESULT_EXPIRED", "STATEMENT_FAILED", "STATEMENT_CANCELLED"].some((code) =>
    isSnowmeltError(error, code),
  );
