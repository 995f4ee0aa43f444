import { isSnowmeltError } from "@snowmelt/core/errors";
import type { Clock, Random } from "@snowmelt/core/ports";
import {
  awaitUnload,
  type SnowflakeSession,
  startUnload,
  type UnloadPlan,
  type UnloadResult,
} from "@snowmelt/snowflake";
import type { Attempt } from "../state/dataset-state.ts";

/**
 * The id of an attempt's query: of the one it already started, found by its id or its tag, or of a new one under the attempt's
 * own request id, which the server answers with the first query however often it is sent. It is noted before anybody waits.
 */
export async function beginQuery(
  session: SnowflakeSession,
  attempt: Attempt,
  options: {
    /** Of an attempt that unloads. */
    readonly unload: UnloadPlan | undefined;
    readonly isRepeat: boolean;
    readonly signal: AbortSignal;
    readonly noteQueryId: (queryId: string) => Promise<void>;
  },
): Promise<string> {
  const { unload, isRepeat, signal, noteQueryId } = options;
  const known =
    attempt.queryId ??
    (isRepeat ? (await session.findQueryByTag(attempt.queryTag, { signal }))[0]?.queryId : undefined);
  const { requestId, queryTag } = attempt;
  const submitting = { requestId, queryTag, signal };
  const queryId =
    known ?? (await (unload ? startUnload(session, unload, submitting) : session.submit(attempt.sql, submitting)));
  if (queryId !== attempt.queryId) await noteQueryId(queryId);
  return queryId;
}

/**
 * Waits for a query that was begun. Undefined when it is an earlier try's and failed, or its result is gone; then the window
 * needs a new query, and files of the old one never join it.
 */
export async function awaitQuery(
  session: SnowflakeSession,
  queryId: string,
  options: {
    readonly unload: UnloadPlan | undefined;
    readonly isRepeat: boolean;
    readonly signal: AbortSignal;
    /** Called now and then while the server works. */
    readonly onWait: () => void;
    readonly clock: Clock;
    readonly random: Random;
  },
): Promise<{ readonly unloaded: UnloadResult | null } | undefined> {
  const { unload, isRepeat, signal, onWait: onProgress, clock, random } = options;
  try {
    if (unload) {
      const unloaded = await awaitUnload(session, queryId, { plan: unload, signal, onProgress, clock, random });
      return { unloaded };
    }
    await session.awaitQuery(queryId, { signal, onProgress });
    await session.openResult(queryId, { signal });
    return { unloaded: null };
  } catch (error) {
    if (isRepeat && isOfNoUse(error)) return undefined;
    throw error;
  }
}

/** Whether an earlier query is of no use for this error: asked again, it would say the same for ever. */
export const isOfNoUse = (error: unknown): boolean => isGone(error) || wasRefused(error);

/** What an earlier attempt used is not there any more. */
export const isGone = (error: unknown): boolean =>
  ["QUERY_NOT_FOUND", "RESULT_EXPIRED", "STATEMENT_FAILED", "STATEMENT_CANCELLED"].some((code) =>
    isSnowmeltError(error, code),
  );

/** The earlier query ended for want of a right or an object, which may be there by now: asked again, it would say the same for ever. */
const wasRefused = (error: unknown): boolean =>
  isSnowmeltError(error, "NOT_AUTHORIZED") || isSnowmeltError(error, "OBJECT_NOT_FOUND");
