import type { Clock, ObjectStore, Random } from "@snowmelt/core/ports";
import type { CommitOptions, CommitOutcome } from "../delta/commit.ts";
import { type LaneState, readLane } from "../delta/lane.ts";
import { commitPlain } from "./commit-plain.ts";
import { type PlainSnapshot, toPlainSnapshot } from "./plain-snapshot.ts";
import type { PlainPlan } from "./plan-plain.ts";
import { readManifest, readNewestManifest } from "./read-manifests.ts";

/** A plain Parquet table at a place, whether or not it exists yet. Holds the last state. */
export interface PlainTable {
  readonly kind: "plain";
  readonly store: ObjectStore;
  /** Root of the table below the store's, such as `raw/airports`. */
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The newest state, or that of a version; undefined when there is none. Always asks the store. May be retried. */
  readonly snapshot: (options?: { version?: number; signal?: AbortSignal }) => Promise<PlainSnapshot | undefined>;
  /** Where a lane stands in the newest version. */
  readonly lane: (appId: string, options?: { signal?: AbortSignal }) => Promise<LaneState>;
  /** See {@link commitPlain}. */
  readonly commit: (plan: PlainPlan, options?: CommitOptions) => Promise<CommitOutcome>;
}

export interface PlainTableOptions {
  readonly store: ObjectStore;
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * A table of Parquet files under `data/run=<attempt>/…` and of manifests `_snowmelt/<version>.json`, the newest of which says
 * which files are live. Files are landed by `landBatches` and held against their footers by `verifyFiles`, as those of a
 * Delta table are.
 */
export function openPlainTable(options: PlainTableOptions): PlainTable {
  const location = { ...options, path: options.path.replace(/\/+$/, "") };
  let newest: PlainSnapshot | undefined;
  const snapshot: PlainTable["snapshot"] = async ({ version, signal } = {}) => {
    if (version !== undefined) {
      const manifest = await readManifest(location, version, signal);
      return manifest && toPlainSnapshot(manifest);
    }
    // From the held version on: a table that was made anew has none so new, and is then looked for from the beginning.
    const fromVersion = newest?.version ?? 0;
    const found =
      (await readNewestManifest(location, { fromVersion, signal })) ??
      (fromVersion > 0 ? await readNewestManifest(location, { signal }) : undefined);
    newest = found && toPlainSnapshot(found);
    return newest;
  };
  return {
    kind: "plain",
    ...location,
    snapshot,
    lane: async (appId, given) => readLane(await snapshot(given), appId),
    commit: (plan, given) => commitPlain({ ...location, snapshot }, plan, given),
  };
}
