import { SnowmeltError } from "@snowmelt/core/errors";
import { readLastCheckpoint } from "./last-checkpoint.ts";
import { type LogListing, listLog } from "./log-listing.ts";
import { firstMissing, planReplays, type ReplayPlan } from "./plan-replay.ts";
import { checkReadable } from "./protocol.ts";
import { readCheckpoint } from "./read-checkpoint.ts";
import { readCommits, type TableLocation, tableUri } from "./read-commits.ts";
import { checkpointSnapshot, type Snapshot, startReplay } from "./snapshot.ts";

export interface ReadSnapshotOptions {
  /** An earlier snapshot of the same table; only what came later is read. */
  readonly base?: Snapshot | undefined;
  /** @default the newest */
  readonly version?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The table's state, from the newest checkpoint that can be read and the JSON entries after it; undefined when there is no
 * table. Throws DELTA_LOG_GAP, DELTA_LOG_TRUNCATED (what holds the beginning cannot be read), DELTA_LOG_INVALID or
 * DELTA_UNSUPPORTED, and never gives a partial state. May be retried.
 */
export async function readSnapshot(
  table: TableLocation,
  options: ReadSnapshotOptions = {},
): Promise<Snapshot | undefined> {
  const { base, version, signal } = options;
  if (base && (version === undefined || base.version <= version)) {
    const found = await readFromBase(table, base, { version, signal });
    if (found) return found;
  }
  const hint = await readLastCheckpoint(table, signal);
  if (hint !== undefined && hint > 0 && (version === undefined || hint <= version)) {
    const found = await readFromHint(table, hint, { version, signal });
    if (found) return found;
  }
  const listing = await listLog(table, { signal });
  const plans = planReplays(listing, { uri: tableUri(table), version });
  return plans && replayFirst(table, plans, { listing, signal });
}

interface Asked {
  readonly version: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Undefined when the base is not of this log any more, or something between is missing. */
async function readFromBase(table: TableLocation, base: Snapshot, asked: Asked): Promise<Snapshot | undefined> {
  const listing = await listLog(table, { fromVersion: base.version, signal: asked.signal });
  const isHeld =
    base.entryBytes === 0
      ? listing.checkpoints.some(({ version }) => version === base.version)
      : listing.commits.get(base.version)?.sizeBytes === base.entryBytes;
  if (!isHeld) return undefined;
  let newest = base.version;
  for (const version of listing.commits.keys()) newest = Math.max(newest, version);
  for (const { version } of listing.checkpoints) newest = Math.max(newest, version);
  const last = asked.version ?? newest;
  const commits = { first: base.version + 1, last };
  if (last > newest || firstMissing(listing, commits) !== undefined) return undefined;
  if (base.version === last) return base;
  return replay(table, { base, ...commits, signal: asked.signal });
}

/** Undefined when the hint leads nowhere: then everything is listed. */
async function readFromHint(table: TableLocation, hint: number, asked: Asked): Promise<Snapshot | undefined> {
  const listing = await listLog(table, { fromVersion: hint, signal: asked.signal });
  if (listing.checkpoints.length === 0) return undefined;
  try {
    const plans = planReplays(listing, { uri: tableUri(table), version: asked.version });
    return plans && (await replayFirst(table, plans, { listing, signal: asked.signal }));
  } catch (error) {
    if (isOfLog(error)) return undefined;
    throw error;
  }
}

/** By the first way that can be read: a damaged checkpoint costs time, not the table. */
async function replayFirst(
  table: TableLocation,
  plans: readonly ReplayPlan[],
  { listing, signal }: { readonly listing: LogListing; readonly signal: AbortSignal | undefined },
): Promise<Snapshot | undefined> {
  let failure: unknown;
  for (const { checkpoint, first, last } of plans) {
    try {
      const held = checkpoint && (await readCheckpoint(table, checkpoint, signal));
      const entryBytes = (checkpoint && listing.commits.get(checkpoint.version)?.sizeBytes) ?? 0;
      const base = held && checkpointSnapshot(held, entryBytes);
      return await replay(table, { base, first, last, signal });
    } catch (error) {
      if (!checkpoint || !isOfLog(error)) throw failure ?? error;
      failure ??= error;
    }
  }
  throw failure;
}

async function replay(
  table: TableLocation,
  {
    base,
    first,
    last,
    signal,
  }: {
    readonly base: Snapshot | undefined;
    readonly first: number;
    readonly last: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Snapshot> {
  const state = startReplay(base);
  for await (const commit of readCommits(table, { first, last }, signal)) state.apply(commit);
  const snapshot = state.finish(tableUri(table));
  checkReadable(snapshot.protocol, snapshot.metaData, tableUri(table));
  return snapshot;
}

/** What the log's files say, rather than the store that holds them. */
function isOfLog(error: unknown): boolean {
  return error instanceof SnowmeltError && /^(PARQUET|DELTA)_/.test(error.code);
}
