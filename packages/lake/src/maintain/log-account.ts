import type { AddFile, PartitionValues } from "../delta/action.ts";
import { decodeDataPath } from "../delta/data-path.ts";
import { toCommitPath } from "../delta/log-path.ts";
import { readCommits, type TableLocation } from "../delta/read-commits.ts";
import { type CommitTime, listCommitTimes } from "../read/commit-times.ts";

/** A file's last removal that the log tells of. */
export interface Removal {
  /** Milliseconds since the epoch: when it was removed, by its writer or by the log, whichever is later. */
  readonly removedAtMs: number;
  /** The version that removed it. */
  readonly version: number;
  readonly partitionValues: PartitionValues | undefined;
}

/** What the JSON entries that are there say of files. */
export interface LogAccount {
  readonly commits: readonly CommitTime[];
  /** By path below the table's root; a file that was added again later is not among them. */
  readonly removals: ReadonlyMap<string, Removal>;
  /** Paths of the entries with an `add` that was asked for. */
  readonly named: readonly string[];
}

/**
 * Reads every JSON entry of the log: checkpoints forget removals earlier than the entries do. Memory: an entry a file that
 * they name. DELTA_LOG_GAP when one is missing. May be retried.
 */
export async function readLogAccount(
  table: TableLocation,
  { names, signal }: { readonly names?: (add: AddFile) => boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<LogAccount> {
  const commits = await listCommitTimes(table, signal);
  const times = new Map(commits.map(({ version, atMs }) => [version, atMs]));
  const removals = new Map<string, Removal>();
  const named = new Set<string>();
  const [oldest, newest] = [commits[0]?.version, commits.at(-1)?.version];
  if (oldest === undefined || newest === undefined) return { commits, removals, named: [] };
  for await (const { version, actions } of readCommits(table, { first: oldest, last: newest }, signal)) {
    for (const action of actions) {
      if (!("add" in action) && !("remove" in action)) continue;
      const path = decodeDataPath("add" in action ? action.add.path : action.remove.path);
      if ("add" in action) {
        removals.delete(path);
        if (names?.(action.add)) named.add(toCommitPath(version));
      } else {
        const partitionValues = action.remove.partitionValues ?? undefined;
        const removedAtMs = Math.max(action.remove.deletionTimestamp ?? 0, times.get(version) ?? 0);
        removals.set(path, { removedAtMs, version, partitionValues });
      }
    }
  }
  return { commits, removals, named: [...named] };
}
