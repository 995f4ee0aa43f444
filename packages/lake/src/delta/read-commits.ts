import type { ObjectStore } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import { parseCommitBody } from "./commit-body.ts";
import { toCommitPath, toTableKey } from "./log-path.ts";
import type { Commit } from "./snapshot.ts";

export interface TableLocation {
  readonly store: ObjectStore;
  /** The table's root below the store's, such as `raw/flights`. */
  readonly path: string;
}

/** How many log entries are fetched ahead; each is a request on S3. */
const readAhead = 16;

/** The log entries from `first` to `last`, in order. DELTA_LOG_GAP when one is not there. May be retried. */
export async function* readCommits(
  table: TableLocation,
  range: { readonly first: number; readonly last: number },
  signal?: AbortSignal,
): AsyncGenerator<Commit> {
  const ahead: Promise<Commit>[] = [];
  for (let version = range.first; version <= range.last || ahead.length > 0; version++) {
    if (version <= range.last) {
      const commit = readCommit(table, version, signal);
      commit.catch(() => undefined);
      ahead.push(commit);
      if (ahead.length < readAhead && version < range.last) continue;
    }
    const next = ahead.shift();
    if (next) yield await next;
  }
}

/** One log entry; DELTA_LOG_GAP when it is not there. */
export async function readCommit(table: TableLocation, version: number, signal?: AbortSignal): Promise<Commit> {
  const key = toTableKey(table.path, toCommitPath(version));
  const body = await table.store.get(key, signal ? { signal } : {});
  if (!body) {
    throw lakeError(
      "DELTA_LOG_GAP",
      `The log of ${tableUri(table)} has no version ${version}, though it has a later one. Restore ${key} or the table from a copy.`,
      { details: { table: tableUri(table), version } },
    );
  }
  return { version, actions: parseCommitBody(body, key), entryBytes: body.byteLength };
}

export function tableUri({ store, path }: TableLocation): string {
  return path === "" ? store.uri : `${store.uri.replace(/\/$/, "")}/${path}`;
}
