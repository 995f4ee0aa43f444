import type { UnloadResult } from "@snowmelt/snowflake";
import type { RunContext } from "../run/run-context.ts";
import type { StageRecord } from "../run/stage-record.ts";
import { type Attempt, retirePending } from "../state/dataset-state.ts";
import { awaitQuery, beginQuery } from "./begin-query.ts";
import { countSource } from "./count-source.ts";
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

/** An attempt whose query the server knows; whether it has ended is another matter. */
export interface BegunAttempt extends Omit<ExtractedAttempt, "unloaded"> {
  /** The query may be an earlier try's. */
  readonly isRepeat: boolean;
}

type Asked = Extract<Next, { kind: "attempt" }> & { readonly record: StageRecord; readonly snapshotMicros: bigint };

/** Has the server run the attempt's query, or finds the one it ran before. The query id is in the state before it is waited for. */
export async function extract(
  context: RunContext,
  inspected: InspectedDataset,
  next: Asked,
): Promise<ExtractedAttempt> {
  const begun = await beginExtract(context, inspected, next);
  const ended = await awaitExtract(context, inspected, { begun, record: next.record });
  return ended ?? extract(context, inspected, { ...next, ...(await extractAnew(context, inspected, next)) });
}

/** Submits the attempt's query, or finds it. Does not wait for it. */
export async function beginExtract(
  context: RunContext,
  inspected: InspectedDataset,
  { attempt, isRepeat, sourceRows }: Extract<Next, { kind: "attempt" }>,
): Promise<BegunAttempt> {
  const { session, signal } = context;
  const queryId = await beginQuery(session, attempt, {
    unload: unloadingOf(inspected, attempt),
    isRepeat,
    signal,
    noteQueryId: (id) => notePending(context, inspected, { ...attempt, queryId: id }),
  });
  return { attempt: { ...attempt, queryId }, sourceRows, isRepeat };
}

/** Waits for it. Undefined for an earlier try's whose result is not there any more. */
export async function awaitExtract(
  { session, signal, clock, random }: RunContext,
  inspected: InspectedDataset,
  { begun, record }: { readonly begun: BegunAttempt; readonly record: StageRecord },
): Promise<ExtractedAttempt | undefined> {
  const { isRepeat, ...extracted } = begun;
  const { attempt, sourceRows } = extracted;
  const ended = await awaitQuery(session, attempt.queryId, {
    unload: unloadingOf(inspected, attempt),
    isRepeat,
    signal,
    clock,
    random,
    onWait: () => record.progress("extract", { rows: 0, rowsExpected: toCount(sourceRows), bytesWritten: 0 }),
  });
  return ended && { ...extracted, ...ended };
}

/** The same window at a new moment, in place of an attempt whose query is of no use. It is in the state when this returns. */
export async function extractAnew(
  context: RunContext,
  inspected: InspectedDataset,
  { attempt: { laneVersion, window }, record, snapshotMicros }: Asked,
): Promise<Extract<Next, { kind: "attempt" }>> {
  record.notice(
    "RESULT_GONE",
    "The earlier attempt's result is not there any more; the window is read again at a new snapshot.",
  );
  const attempt = planAttempt(context, inspected, { laneVersion, window, snapshotMicros });
  await replacePending(context, inspected, attempt);
  const sourceRows = await countSource(context, inspected, { window, snapshotMicros });
  return { kind: "attempt", attempt, isRepeat: false, sourceRows };
}

const unloadingOf = (inspected: InspectedDataset, { unloadId, window, snapshotMicros }: Attempt) =>
  unloadId === null
    ? undefined
    : planUnloading(inspected, { window, snapshotMicros: BigInt(snapshotMicros), unloadId });

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
