import { parseLogName, toTableKey } from "../delta/log-path.ts";
import { readCommit, type TableLocation } from "../delta/read-commits.ts";

/** A commit whose entry is in the log, and when it was made. */
export interface CommitTime {
  readonly version: number;
  /** Milliseconds since the epoch; above that of the version before. */
  readonly atMs: number;
}

/**
 * The commits whose JSON entries are there, oldest first, with the times that the protocol gives them: the entry's own
 * modification time, raised to be above the one before. One listing; no entry is read. May be retried.
 */
export async function listCommitTimes(table: TableLocation, signal?: AbortSignal): Promise<readonly CommitTime[]> {
  const prefix = toTableKey(table.path, "_delta_log/");
  const commits: CommitTime[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for await (const { key, modifiedAtMs } of table.store.list(prefix, signal ? { signal } : {})) {
    const file = parseLogName(key.slice(prefix.length));
    if (file.kind !== "commit") continue;
    last = Math.max(Math.floor(modifiedAtMs), last + 1);
    commits.push({ version: file.version, atMs: last });
  }
  return commits;
}

/**
 * The same for a table that keeps times in its commits (`delta.enableInCommitTimestamps`): from the version that turned it
 * on, the entry's own word counts, whatever became of the object. Reads entries from the newest down to `untilMs`.
 */
export async function withInCommitTimes(
  table: TableLocation,
  commits: readonly CommitTime[],
  {
    enabledIn,
    untilMs,
    signal,
  }: { readonly enabledIn: number; readonly untilMs: number; readonly signal?: AbortSignal },
): Promise<readonly CommitTime[]> {
  const times = [...commits];
  for (let at = times.length - 1; at >= 0; at--) {
    const commit = times[at];
    if (!commit || commit.version < enabledIn) break;
    const atMs = await inCommitTime(table, commit.version, signal);
    if (atMs === undefined) continue;
    times[at] = { version: commit.version, atMs };
    if (atMs <= untilMs) break;
  }
  return times;
}

async function inCommitTime(table: TableLocation, version: number, signal?: AbortSignal): Promise<number | undefined> {
  for (const action of (await readCommit(table, version, signal)).actions) {
    if (!("commitInfo" in action)) continue;
    const { inCommitTimestamp } = action.commitInfo;
    return typeof inCommitTimestamp === "number" ? inCommitTimestamp : undefined;
  }
  return undefined;
}
