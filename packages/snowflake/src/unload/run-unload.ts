import { type Clock, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import { retry } from "@snowmelt/core/retry";
import type { TextRow } from "../driver.ts";
import type { AwaitQueryOptions, SnowflakeSession } from "../session.ts";
import { rangePolicy } from "../worst-case.ts";
import type { UnloadPlan } from "./plan-unload.ts";
import { translateGuard } from "./unload-guard.ts";
import { parseUnloadResult, type UnloadResult, type UnloadTarget } from "./unload-result.ts";

export interface StartUnloadOptions {
  /** A uuid, kept by the caller before the call: the same one again gets the first query's id and runs nothing twice. */
  readonly requestId: string;
  /** To find the query by, should its id be lost. @default the session's */
  readonly queryTag?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Submits an unload and returns its query id at once, to be kept before it is waited for. May be repeated. */
export function startUnload(
  session: Pick<SnowflakeSession, "submit">,
  { sql, parameters }: Pick<UnloadPlan, "sql" | "parameters">,
  { requestId, queryTag, signal }: StartUnloadOptions,
): Promise<string> {
  return session.submit(sql, { requestId, queryTag, parameters, signal });
}

export interface AwaitUnloadOptions extends AwaitQueryOptions {
  readonly plan: Pick<UnloadPlan, "landed" | "stage" | "folder" | "partitions">;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

const stallMs = 60_000;

/**
 * Waits for an unload and returns its files. From any process that has the plan: a process that was killed while it waited
 * is followed by another with the same query id, and nothing runs twice. Throws VALUE_OUT_OF_RANGE, naming column and value,
 * for a value that its column cannot hold; RESULT_MISMATCH for a result that is not the plan's; RESULT_EXPIRED after a day;
 * what `awaitQuery` throws. A failed unload may leave files in its folder: orphans, for nothing names them. Abort cancels it.
 */
export async function awaitUnload(
  session: Pick<SnowflakeSession, "awaitQuery" | "openResult">,
  queryId: string,
  { plan, signal, onProgress, clock = systemClock, random = systemRandom }: AwaitUnloadOptions,
): Promise<UnloadResult> {
  try {
    await session.awaitQuery(queryId, { signal, onProgress });
  } catch (error) {
    throw translateGuard(error, plan.landed);
  }
  return retry(() => readResult(session, queryId, plan, signal), {
    what: `read the result of the unload ${queryId}`,
    policy: rangePolicy,
    clock,
    random,
    ...(signal ? { signal } : {}),
  });
}

async function readResult(
  session: Pick<SnowflakeSession, "openResult">,
  queryId: string,
  target: UnloadTarget,
  signal: AbortSignal | undefined,
): Promise<UnloadResult> {
  const result = await session.openResult(queryId, { signal });
  const rows: TextRow[] = [];
  const onRows = (slab: readonly TextRow[]): void => void rows.push(...slab);
  await result.read({ start: 0, end: result.rowCount }, { stallMs, signal, onRows });
  return parseUnloadResult(queryId, { columns: result.columns, rows }, target);
}
