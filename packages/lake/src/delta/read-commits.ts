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

/** How many log entries are fetched ahead; each is a request on S3. Fewer until it is known how large they are. */
const readAhead = 16;
const firstAhead = 4;
/** Bytes of entries that are ahead, about: a load of thousands of files makes an entry of megabytes. */
const aheadBytes = 8 << 20;

/**
 * The log entries from `first` to `last`, in order. Holds the text of those ahead, and the actions of one. DELTA_LOG_GAP
 * when one is not there. May be retried.
 */
export async function* readCommits(
  table: TableLocation,
  range: { readonly first: number; readonly last: number },
  signal?: AbortSignal,
): AsyncGenerator<Commit> {
  const ahead: Promise<Uint8Array>[] = [];
  let [next, room, largestBytes] = [range.first, firstAhead, 1];
  for (let version = range.first; version <= range.last; version++) {
    for (; next <= range.last && ahead.length < room; next++) {
      const body = readBody(table, next, signal);
      body.catch(() => undefined);
      ahead.push(body);
    }
    const body = await ahead.shift();
    if (!body) return;
    largestBytes = Math.max(largestBytes, body.byteLength);
    room = Math.max(1, Math.min(readAhead, Math.floor(aheadBytes / largestBytes)));
    yield parseCommit(table, version, body);
  }
}

/** One log entry; DELTA_LOG_GAP when it is not there. */
export async function readCommit(table: TableLocation, version: number, signal?: AbortSignal): Promise<Commit> {
  return parseCommit(table, version, await readBody(table, version, signal));
}

async function readBody(table: TableLocation, version: number, signal?: AbortSignal): Promise<Uint8Array> {
  const key = toTableKey(table.path, toCommitPath(version));
  const body = await table.store.get(key, signal ? { signal } : {});
  if (body) return body;
  throw lakeError(
    "DELTA_LOG_GAP",
    `The log of ${tableUri(table)} has no version ${version}, though it has a later one. Restore ${key} or the table from a copy.`,
    { details: { table: tableUri(table), version } },
  );
}

function parseCommit(table: TableLocation, version: number, body: Uint8Array): Commit {
  const actions = parseCommitBody(body, toTableKey(table.path, toCommitPath(version)));
  return { version, actions, entryBytes: body.byteLength };
}

export function tableUri({ store, path }: TableLocation): string {
  return path === "" ? store.uri : `${store.uri.replace(/\/$/, "")}/${path}`;
}
