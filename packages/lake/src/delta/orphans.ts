import { isSnowmeltError } from "@snowmelt/core/errors";
import { decodeDataPath } from "./data-path.ts";
import { toTableKey } from "./log-path.ts";
import type { TableLocation } from "./read-commits.ts";
import { readSnapshot } from "./read-snapshot.ts";

/** A file that an attempt wrote and that no version of the table names. */
export interface Orphan {
  readonly attemptId: string;
  /** Key in the store. */
  readonly key: string;
  readonly sizeBytes: number;
}

export interface OrphanOptions {
  /** Attempts that will never commit again. Files of any other attempt are left alone, whatever their age. */
  readonly terminalAttempts: readonly string[];
  readonly signal?: AbortSignal;
}

/** `data/run=<attemptId>/`, below the table's root: where an attempt writes its files. */
export function toAttemptPrefix(attemptId: string): string {
  return `data/run=${attemptId}/`;
}

/** Files below the prefixes of terminal attempts that are neither live nor a tombstone. */
export async function* listOrphans(table: TableLocation, options: OrphanOptions): AsyncGenerator<Orphan> {
  const given = options.signal ? { signal: options.signal } : {};
  const snapshot = await readSnapshot(table, given);
  const root = toTableKey(table.path, "");
  for (const attemptId of options.terminalAttempts) {
    for await (const { key, sizeBytes } of table.store.list(root + toAttemptPrefix(attemptId), given)) {
      const path = key.slice(root.length);
      if (!snapshot?.files.has(path) && !snapshot?.tombstones.has(path)) yield { attemptId, key, sizeBytes };
    }
  }
}

export interface SweptOrphans {
  readonly files: number;
  readonly bytes: number;
  /** Uploads in parts that were never finished, ended. */
  readonly uploads: number;
}

/** Deletes what {@link listOrphans} lists, and ends the uploads that such attempts left. May be repeated. */
export async function sweepOrphans(table: TableLocation, options: OrphanOptions): Promise<SweptOrphans> {
  const given = options.signal ? { signal: options.signal } : {};
  let [files, bytes, uploads] = [0, 0, 0];
  for await (const { key, sizeBytes } of listOrphans(table, options)) {
    await table.store.delete(key, given);
    files++;
    bytes += sizeBytes;
  }
  for (const attemptId of options.terminalAttempts) {
    uploads += await endUploads(table, toTableKey(table.path, toAttemptPrefix(attemptId)), options.signal);
  }
  return { files, bytes, uploads };
}

/** Begun whenever, for nobody will finish them. Where listing them is not allowed the bucket's lifecycle rule ends them. */
async function endUploads({ store }: TableLocation, prefix: string, signal?: AbortSignal): Promise<number> {
  try {
    const swept = await store.sweepUploads?.({ prefix, olderThanMs: -dayMs, ...(signal ? { signal } : {}) });
    return swept?.aborted ?? 0;
  } catch (error) {
    if (isSnowmeltError(error, "STORE_ACCESS_DENIED")) return 0;
    throw error;
  }
}

/** By which the store's clock may be ahead of ours. */
const dayMs = 86_400_000;

/** The attempt that wrote a file, from its path; undefined for files of other writers. */
export function attemptOf(path: string): string | undefined {
  return /^data\/run=([^/]+)\//.exec(decodeDataPath(path))?.[1];
}
