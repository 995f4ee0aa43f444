import type { Clock, ObjectStore, Random } from "@snowmelt/core/ports";
import { type CommitOptions, type CommitOutcome, commitPlan } from "./commit.ts";
import type { CommitPlan } from "./commit-plan.ts";
import { type LaneState, readLane } from "./lane.ts";
import { type HistoryEntry, readHistory } from "./read-history.ts";
import { readSnapshot } from "./read-snapshot.ts";
import type { Snapshot } from "./snapshot.ts";

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
  /** See {@link commitPlan}. */
  readonly commit: (plan: CommitPlan, options?: CommitOptions) => Promise<CommitOutcome>;
  readonly history: (options?: { signal?: AbortSignal }) => AsyncIterable<HistoryEntry>;
}

export function openDeltaTable(place: {
  readonly store: ObjectStore;
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
}): DeltaTable {
  const location = { ...place, path: place.path.replace(/\/+$/, "") };
  let newest: Snapshot | undefined;
  const snapshot: DeltaTable["snapshot"] = async ({ version, signal } = {}) => {
    const found = await readSnapshot(location, { base: newest, version, signal });
    if (version === undefined) newest = found;
    return found;
  };
  return {
    ...location,
    snapshot,
    lane: async (appId, options) => readLane(await snapshot(options), appId),
    commit: (plan, options) => commitPlan({ ...location, snapshot }, plan, options),
    history: (options) => readHistory(location, options),
  };
}
