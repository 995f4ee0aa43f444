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

/** Deletes what {@link listOrphans} lists. May be repeated. */
export async function sweepOrphans(
  table: TableLocation,
  options: OrphanOptions,
): Promise<{ readonly files: number; readonly bytes: number }> {
  let [files, bytes] = [0, 0];
  for await (const { key, sizeBytes } of listOrphans(table, options)) {
    await table.store.delete(key, options.signal ? { signal: options.signal } : {});
    files++;
    bytes += sizeBytes;
  }
  return { files, bytes };
}

/** The attempt that wrote a file, from its path; undefined for files of other writers. */
export function attemptOf(path: string): string | undefined {
  return /^data\/run=([^/]+)\//.exec(decodeDataPath(path))?.[1];
}
