import { lakeError } from "../lake-error.ts";
import type { TableAction } from "./action.ts";
import { decodeDataPath, isAbsoluteDataPath } from "./data-path.ts";
import { toTableKey } from "./log-path.ts";
import { type TableLocation, tableUri } from "./read-commits.ts";

const concurrency = 16;

/**
 * Looks up every file that is about to be added: a vacuum, an erasure or a sweep may have deleted one since it was
 * written. Throws DELTA_FILE_MISSING naming the file.
 */
export async function checkAddedFiles(
  table: TableLocation,
  actions: readonly TableAction[],
  signal?: AbortSignal,
): Promise<void> {
  const adds = actions.flatMap((action) => ("add" in action ? [action.add] : []));
  const waiting = adds.values();
  const check = async (): Promise<void> => {
    for (const { path, size } of waiting) {
      if (isAbsoluteDataPath(path)) throw absolute(path);
      const key = toTableKey(table.path, decodeDataPath(path));
      const held = await table.store.head(key, signal ? { signal } : {});
      if (held?.sizeBytes !== size) throw missing(table, key, size, held?.sizeBytes);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, adds.length) }, check));
}

function absolute(path: string): Error {
  return lakeError("DELTA_COMMIT_INVALID", `${path} is not below the table's root, where committed files have to be.`);
}

function missing(table: TableLocation, key: string, expected: number, found: number | undefined): Error {
  const what = found === undefined ? "is not there" : `has ${found} bytes`;
  return lakeError(
    "DELTA_FILE_MISSING",
    `${key} was about to be committed to ${tableUri(table)} with ${expected} bytes and ${what}. Something deleted or changed it after it was written; land the window again.`,
    { details: { key, expectedBytes: expected, foundBytes: found } },
  );
}
