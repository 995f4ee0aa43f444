import type { CommitInfo } from "./action.ts";
import { parseLogName, toTableKey } from "./log-path.ts";
import { readCommit, type TableLocation } from "./read-commits.ts";

export interface HistoryEntry {
  readonly version: number;
  /** The commit's free-form account of itself, exact numbers included; undefined when it gave none. */
  readonly commitInfo: CommitInfo | undefined;
  readonly addedFiles: number;
  readonly removedFiles: number;
}

/** What was committed, the newest first. */
export async function* readHistory(
  table: TableLocation,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<HistoryEntry> {
  const prefix = toTableKey(table.path, "_delta_log/");
  const versions: number[] = [];
  for await (const { key } of table.store.list(prefix, options)) {
    const file = parseLogName(key.slice(prefix.length));
    if (file.kind === "commit") versions.push(file.version);
  }
  for (const version of versions.reverse()) {
    const { actions } = await readCommit(table, version, options.signal);
    const entry = { version, addedFiles: 0, removedFiles: 0, commitInfo: undefined as CommitInfo | undefined };
    for (const action of actions) {
      if ("commitInfo" in action) entry.commitInfo = action.commitInfo;
      else if ("add" in action) entry.addedFiles++;
      else if ("remove" in action) entry.removedFiles++;
    }
    yield entry;
  }
}
