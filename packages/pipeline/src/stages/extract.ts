import type { UnloadResult } from "@snowmelt/snowflake";
import type { DatasetRecord } from "../run/dataset-record.ts";
import type { RunContext } from "../run/run-context.ts";
import { type Attempt, retirePending } from "../state/dataset-state.ts";
import { countSource } from "./count-source.ts";
import { ensureQuery } from "./ensure-query.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import type { Next } from "./next-attempt.ts";
import { planAttempt, planUnloading } from "./plan-attempt.ts";

/** An attempt whose query has finished; its result waits on the server. */
export interface ExtractedAttempt {
  readonly attempt: Attempt & { readonly queryId: string };
  readonly sourceRows: bigint | null;
  /** What Snowflake wrote into the lake; null for a result that is streamed. */
  readonly unloaded: UnloadResult | null;
}

/** Has the server run the attempt's query, or finds the one it ran before. The query id is in the state before it is waited for. */
export async function extract(
  context: RunContext,
  inspected: InspectedDataset,
  next: Extract<Next, { kind: "attempt" }> & { readonly record: DatasetRecord; readonly snapshotMicros: bigint },
): Promise<ExtractedAttempt> {
  const { session, signal, clock, random } = context;
  const { unloadId, window: asked, snapshotMicros: taken } = next.attempt;
  const found = await ensureQuery(session, next.attempt, {
    unload:
      unloadId === null
        ? undefined
        : planUnloading(inspected, { window: asked, snapshotMicros: BigInt(taken), unloadId }),
    clock,
    random,
    isRepeat: next.isRepeat,
    signal,
    noteQueryId: (queryId) => notePending(context, inspected, { ...next.attempt, queryId }),
    onWait: () => next.record.progress("extract", { rows: 0, rowsExpected: toCount(next.sourceRows), bytesWritten: 0 }),
  });
  if (found) {
    const { queryId, unloaded } = found;
    return { attempt: { ...next.attempt, queryId }, sourceRows: next.sourceRows, unloaded };
  }
  next.record.notice(
    "RESULT_GONE",
    "The earlier attempt's result is not there any more; the window is read again at a new snapshot.",
  );
  const { laneVersion, window } = next.attempt;
  const { snapshotMicros } = next;
  const attempt = planAttempt(context, inspected, { laneVersion, window, snapshotMicros });
  await replacePending(context, inspected, attempt);
  const sourceRows = await countSource(context, inspected, { window, snapshotMicros });
  return extract(context, inspected, { ...next, attempt, isRepeat: false, sourceRows });
}

async function notePending({ state, signal }: RunContext, { lane }: InspectedDataset, pending: Attempt): Promise<void> {
  await state.write({ ...(await state.read(lane, { signal })), pending }, { signal });
}

/** What the earlier attempt unloaded, if it did, is of no use any more. */
async function replacePending(
  { state, signal }: RunContext,
  { lane }: InspectedDataset,
  pending: Attempt,
): Promise<void> {
  await state.write({ ...retirePending(await state.read(lane, { signal })), pending }, { signal });
}

const toCount = (rows: bigint | null): number | null => (rows === null ? null : Number(rows));
