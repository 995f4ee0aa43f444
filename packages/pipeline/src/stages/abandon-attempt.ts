import { isSnowmeltError } from "@snowmelt/core/errors";
import { toQuarantinePath } from "@snowmelt/core/lake-layout";
import { readLane, sweepOrphans } from "@snowmelt/lake/delta";
import { sweepTableOrphans } from "../lake/dataset-table.ts";
import type { RunContext } from "../run/run-context.ts";
import { type Attempt, renewPending, retirePending } from "../state/dataset-state.ts";
import type { InspectedDataset } from "./inspect-dataset.ts";
import { removeStaged } from "./staged-unload.ts";

/**
 * Deletes what given-up attempts left and no log names: those whose version the table's lane has reached, which no frozen
 * writer can commit any more, and `own`, an attempt of this run that never came to its commit. Where that fails, a later run
 * does it.
 */
export async function sweepAttempts(context: RunContext, inspected: InspectedDataset, own?: string): Promise<void> {
  const { state: store, lake, logger } = context;
  try {
    const state = await store.read(inspected.lane);
    if (state.terminalAttempts.length === 0) return;
    const { n } = readLane(await inspected.table.snapshot(), inspected.lane);
    const isDead = ({ attemptId, laneVersion }: (typeof state.terminalAttempts)[number]): boolean =>
      laneVersion <= n || attemptId === own;
    const dead = state.terminalAttempts.filter(isDead);
    const terminalAttempts = dead.map(({ attemptId }) => attemptId);
    if (terminalAttempts.length === 0) return;
    await sweepTableOrphans(inspected.table, terminalAttempts);
    await sweepOrphans({ store: lake, path: toQuarantinePath(inspected.name) }, { terminalAttempts });
    for (const { attemptId, staged } of dead) if (staged) await removeStaged(context, attemptId, staged);
    await store.write({ ...state, terminalAttempts: state.terminalAttempts.filter((attempt) => !isDead(attempt)) });
  } catch (error) {
    logger.log("warn", "the files of given-up attempts stay until a later run", {
      dataset: inspected.name,
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

/**
 * After a failure. The window and its query stay pending, for the next run to repeat, unless the rows, or the files of an
 * unload, are why it failed: then the next run reads the source as it is by then. Files go where no commit was begun. Only
 * this run's own attempt is given up, and the run's signal does not stop it, as it may be why there is something to clean up.
 * Never throws.
 */
export async function abandonAttempt(
  context: RunContext,
  inspected: InspectedDataset,
  { error, mayHaveCommitted }: { readonly error: unknown; readonly mayHaveCommitted: boolean },
): Promise<void> {
  const { state: store, random, logger, runId } = context;
  try {
    const state = await store.read(inspected.lane);
    const { pending } = state;
    if (pending?.runId !== runId) return;
    await store.write(
      failedForRows(error) || failedForFiles(error, pending)
        ? retirePending(state)
        : renewPending(state, { ...pending, attemptId: random.uuid() }),
    );
    await sweepAttempts(context, inspected, mayHaveCommitted ? undefined : pending.attemptId);
  } catch (failure) {
    logger.log("warn", "a failed attempt could not be given up; the next run does it", {
      dataset: inspected.name,
      error: failure instanceof Error ? failure.message : String(failure),
    });
  }
}

/**
 * After a failure of which the attempt's rows or files are why: it is given up, so that the next one reads the source as it is by
 * then. Any other leaves it as it is, for whoever tries again. Never throws.
 */
export async function giveUpSpoiled(
  context: RunContext,
  inspected: InspectedDataset,
  { error, attempt }: { readonly error: unknown; readonly attempt: Attempt },
): Promise<void> {
  if (!failedForRows(error) && !failedForFiles(error, attempt)) return;
  const { state: store, logger } = context;
  try {
    const state = await store.read(inspected.lane);
    if (state.pending?.attemptId !== attempt.attemptId) return;
    await store.write(retirePending(state));
    await sweepAttempts(context, inspected, attempt.attemptId);
  } catch (failure) {
    logger.log("warn", "an attempt whose rows are refused could not be given up", {
      dataset: inspected.name,
      error: failure instanceof Error ? failure.message : String(failure),
    });
  }
}

/** Whether it was the rows that an attempt failed for: the same rows would fail again, whatever is mended at the source. */
const failedForRows = (error: unknown): boolean =>
  isSnowmeltError(error) && (error.category === "data" || error.category === "quality");

/** Whether it was what Snowflake unloaded: its files are not as told, and would not be the next time. */
const failedForFiles = (error: unknown, { unloadId }: Attempt): boolean =>
  unloadId !== null && isSnowmeltError(error) && (unfitFiles.has(error.code) || error.code.startsWith("PARQUET_"));

const unfitFiles = new Set(["DELTA_FILE_MISSING", "LAND_COUNT_MISMATCH", "RESULT_MISMATCH"]);
