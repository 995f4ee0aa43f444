import { isSnowmeltError } from "@snowmelt/core/errors";
import { sweepOrphans } from "@snowmelt/lake/delta";
import { quarantinePath } from "../plan/dataset-place.ts";
import type { RunContext } from "../run/run-context.ts";
import { retirePending } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";

/** Deletes what attempts left that will never commit; what a log names stays. Only while holding the lease. */
export async function sweepAttempts({ state: store, lake }: RunContext, inspected: InspectedDataset): Promise<void> {
  const state = await store.read(inspected.lane);
  if (state.terminalAttempts.length === 0) return;
  const { terminalAttempts } = state;
  await sweepOrphans(inspected.table, { terminalAttempts });
  await sweepOrphans({ store: lake, path: quarantinePath(inspected.name) }, { terminalAttempts });
  await store.write({ ...state, terminalAttempts: [] });
}

/**
 * After a failure: the window and its query stay pending, for the next run to repeat; the files go. Not stopped by the run's
 * signal, which may be why there is something to clean up. Where cleaning up fails too, the next run does it.
 */
export async function abandonAttempt(context: RunContext, inspected: InspectedDataset): Promise<void> {
  const { state: store, random, logger } = context;
  try {
    const state = await store.read(inspected.lane);
    if (state.pending)
      await store.write({ ...retirePending(state), pending: { ...state.pending, attemptId: random.uuid() } });
    await sweepAttempts(context, inspected);
  } catch (error) {
    logger.log("warn", "the files of a failed attempt stay until the next run", {
      dataset: inspected.name,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

/**
 * Whether it was the rows that an attempt failed for. Then its query is of no more use: the same rows would fail again,
 * whatever is mended at the source, so the next run reads the source as it is by then.
 */
export const failedForRows = (error: unknown): boolean =>
  isSnowmeltError(error) && (error.category === "data" || error.category === "quality");

/** Nothing is pending any more: the next run plans from the table, at a snapshot of its own. */
export async function retireAttempt({ state: store }: RunContext, { lane }: InspectedDataset): Promise<void> {
  const state = await store.read(lane);
  if (state.pending) await store.write(retirePending(state));
}
