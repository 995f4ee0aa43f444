import type { InspectedDataset } from "../stages/inspect-dataset.ts";
import type { DatasetRecord } from "./dataset-record.ts";
import { landWindow } from "./land-window.ts";
import type { RunContext } from "./run-context.ts";
import type { TaskRoutine } from "./task-routine.ts";

/** What a task needs to begin with. */
export interface ClaimedDataset {
  readonly inspected: InspectedDataset;
  readonly snapshotMicros: bigint;
  /** Given back with the end of the task; left out where the caller holds it for longer. */
  readonly lease?: AsyncDisposable;
}

/**
 * Lands one window of a dataset. `claim` gets hold of it and looks at it; what it throws is the dataset's failure. A dataset or slice
 * that fails does not stop the others.
 */
export async function* landDataset(
  context: RunContext,
  record: DatasetRecord,
  claim: () => Promise<ClaimedDataset>,
): TaskRoutine {
  let lease: AsyncDisposable | undefined;
  try {
    const { inspected, snapshotMicros, ...held } = await claim();
    lease = held.lease;
    yield { stage: "claim", result: { lane: inspected.lane } };
    return yield* landWindow(context, inspected, { record, snapshotMicros });
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    context.logger.log("error", "a dataset failed", { task: record.label, error: told });
    return record.fail(error);
  } finally {
    await lease?.[Symbol.asyncDispose]();
  }
}
