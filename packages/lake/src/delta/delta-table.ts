import type { Clock, ObjectStore, Random } from "@snowmelt/core/ports";
import { type CleanedLog, cleanLog } from "./clean-log.ts";
import { type CommitOptions, type CommitOutcome, commitPlan } from "./commit.ts";
import type { CommitPlan } from "./commit-plan.ts";
import { type LaneState, readLane } from "./lane.ts";
import { type HistoryEntry, readHistory } from "./read-history.ts";
import { readSnapshot } from "./read-snapshot.ts";
import type { Snapshot } from "./snapshot.ts";
import { checkpointInterval } from "./table-properties.ts";
import { type WrittenCheckpoint, writeCheckpoint } from "./write-checkpoint.ts";

/** A Delta table at a place, whether or not it exists yet. Holds the last snapshot, so that a refresh reads what is new. */
export interface DeltaTable {
  readonly store: ObjectStore;
  /** Root of the table below the store's, such as `raw/flights`. */
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The newest state, or that of a version; undefined when there is no table. Always asks the log. May be retried. */
  readonly snapshot: (options?: { version?: number; signal?: AbortSignal }) => Promise<Snapshot | undefined>;
  /** Where a lane stands in the newest version. */
  readonly lane: (appId: string, options?: { signal?: AbortSignal }) => Promise<LaneState>;
  /**
   * See {@link commitPlan}. A commit whose version is a multiple of `delta.checkpointInterval` is followed by a checkpoint
   * and by the cleaning of the log; neither can make it fail.
   */
  readonly commit: (plan: CommitPlan, options?: CommitOptions) => Promise<CommitOutcome>;
  /** Writes the checkpoint of the newest version; undefined when there is no table. May be repeated. */
  readonly checkpoint: (options?: { signal?: AbortSignal }) => Promise<WrittenCheckpoint | undefined>;
  /** See {@link cleanLog}; undefined when there is no table. */
  readonly cleanLog: (options?: { signal?: AbortSignal }) => Promise<CleanedLog | undefined>;
  readonly history: (options?: { signal?: AbortSignal }) => AsyncIterable<HistoryEntry>;
}

export interface DeltaTableOptions {
  readonly store: ObjectStore;
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Told when the checkpoint or the cleaning after a commit failed. The commit stands; a later one tries again.
   * @default nobody is told
   */
  readonly onUpkeepFailed?: (failure: { readonly version: number; readonly error: unknown }) => void;
}

/** A table at a place of a store. Nothing is read or written until it is asked; see the functions for their errors. */
export function openDeltaTable({ onUpkeepFailed, ...place }: DeltaTableOptions): DeltaTable {
  const location = { ...place, path: place.path.replace(/\/+$/, "") };
  let newest: Snapshot | undefined;
  const snapshot: DeltaTable["snapshot"] = async ({ version, signal } = {}) => {
    const found = await readSnapshot(location, { base: newest, version, signal });
    if (version === undefined) newest = found;
    return found;
  };
  const checkpointOf = (state: Snapshot, signal: AbortSignal | undefined): Promise<WrittenCheckpoint> =>
    writeCheckpoint(location, state, { nowMs: location.clock.nowMs(), signal });
  const cleanBelow = (state: Snapshot, signal: AbortSignal | undefined): Promise<CleanedLog> =>
    cleanLog(location, { snapshot: state, nowMs: location.clock.nowMs(), signal });
  const keepUp = async (version: number, signal: AbortSignal | undefined): Promise<void> => {
    try {
      const isDue = (state: Snapshot | undefined) => state && version % checkpointInterval(state.metaData) === 0;
      // The snapshot that the commit was made upon; a change of the interval counts from the next one on.
      if (version === 0 || (newest && !isDue(newest))) return;
      const state = await readSnapshot(location, { base: newest, version, signal });
      if (!state || !isDue(state)) return;
      newest = state;
      const { status } = await checkpointOf(state, signal);
      if (status === "written") await cleanBelow(state, signal);
    } catch (error) {
      onUpkeepFailed?.({ version, error });
    }
  };
  return {
    ...location,
    snapshot,
    lane: async (appId, options) => readLane(await snapshot(options), appId),
    async commit(plan, options) {
      const outcome = await commitPlan({ ...location, snapshot }, plan, options);
      if (outcome.status === "committed") await keepUp(outcome.version, options?.signal);
      return outcome;
    },
    async checkpoint({ signal } = {}) {
      const state = await snapshot(signal ? { signal } : {});
      return state && checkpointOf(state, signal);
    },
    async cleanLog({ signal } = {}) {
      const state = await snapshot(signal ? { signal } : {});
      return state && cleanBelow(state, signal);
    },
    history: (options) => readHistory(location, options),
  };
}
