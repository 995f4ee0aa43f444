import { type LogListing, listLog } from "./log-listing.ts";
import { readCheckpoint } from "./read-checkpoint.ts";
import type { TableLocation } from "./read-commits.ts";
import type { Snapshot } from "./snapshot.ts";
import { logRetentionMs } from "./table-properties.ts";

export interface CleanedLog {
  /** Files deleted. */
  readonly files: number;
  /** The oldest version that can still be read; undefined when nothing was deleted. */
  readonly oldestVersion: number | undefined;
}

/** At most so many in one call: what is left goes with the next. */
const mostDeleted = 1000;

/**
 * Deletes what the log holds of versions older than `delta.logRetentionDuration`. Every version of the retention stays
 * readable: what goes is below a checkpoint that can be read, and that version's own entry is kept. `nowMs` counts up to an
 * hour past the log's newest file, so that a clock that is ahead deletes nothing too early. May be repeated.
 */
export async function cleanLog(
  table: TableLocation,
  {
    snapshot,
    nowMs,
    signal,
  }: { readonly snapshot: Snapshot; readonly nowMs: number; readonly signal?: AbortSignal | undefined },
): Promise<CleanedLog> {
  const retentionMs = logRetentionMs(snapshot.metaData);
  if (retentionMs === Number.POSITIVE_INFINITY) return { files: 0, oldestVersion: undefined };
  const listing = await listLog(table, { signal });
  const plan = planCleaning(listing, storeTime(listing, nowMs) - retentionMs);
  const kept = listing.checkpoints.findLast(({ version }) => version === plan?.oldestVersion);
  if (!plan || !kept) return { files: 0, oldestVersion: undefined };
  await readCheckpoint(table, kept, signal);
  for (const key of plan.keys) await table.store.delete(key, signal ? { signal } : {});
  return { files: plan.keys.length, oldestVersion: plan.oldestVersion };
}

const mostAheadMs = 3_600_000;

function storeTime({ versioned }: LogListing, nowMs: number): number {
  const newestMs = versioned.reduce(
    (newest, { meta }) => Math.max(newest, meta.modifiedAtMs),
    Number.NEGATIVE_INFINITY,
  );
  return Math.min(nowMs, newestMs + mostAheadMs);
}

export interface CleaningPlan {
  /** Of a checkpoint. Nothing of it or of a later version goes. */
  readonly oldestVersion: number;
  /** Keys in the store, the oldest version first: an interruption leaves a log that begins later. */
  readonly keys: readonly string[];
}

/**
 * The newest checkpoint from which every version that was the newest at `cutoffMs` or after can be reached, and what is
 * below it; undefined when nothing is. Pure.
 */
export function planCleaning(listing: LogListing, cutoffMs: number): CleaningPlan | undefined {
  const versions = [...listing.commits].sort(([a], [b]) => a - b);
  let expired: number | undefined;
  for (const [version, { modifiedAtMs }] of versions) {
    if (modifiedAtMs >= cutoffMs) break;
    expired = version;
  }
  if (expired === undefined) return undefined;
  const newestExpired = expired;
  const oldest = listing.checkpoints.findLast(
    ({ version }) => version <= newestExpired && listing.commits.has(version),
  );
  if (!oldest) return undefined;
  const below = listing.versioned.filter(
    ({ version, meta }) => version < oldest.version && meta.modifiedAtMs < cutoffMs,
  );
  const keys = below.sort((a, b) => a.version - b.version).map(({ meta }) => meta.key);
  return keys.length === 0 ? undefined : { oldestVersion: oldest.version, keys: keys.slice(0, mostDeleted) };
}
