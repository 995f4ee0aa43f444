import type { DeltaTable } from "../delta/delta-table.ts";
import { toTableKey } from "../delta/log-path.ts";
import type { TableObject } from "./plan-vacuum.ts";

/** Requests at a time. */
const concurrency = 16;
/** Files between two looks at the log. */
const batchFiles = 256;

export interface Deleted {
  readonly files: number;
  readonly bytes: number;
  /** Files that came to be live again meanwhile, by a restore, and stayed. */
  readonly revived: number;
}

/** Deletes files of a table, looking at the log before each batch: what has become live stays. May be repeated. */
export async function deleteFiles(
  table: DeltaTable,
  objects: readonly TableObject[],
  signal?: AbortSignal,
): Promise<Deleted> {
  const given = signal ? { signal } : {};
  let [files, bytes, revived] = [0, 0, 0];
  for (let at = 0; at < objects.length; at += batchFiles) {
    const live = (await table.snapshot(given))?.files;
    const batch = objects.slice(at, at + batchFiles);
    const gone = batch.filter(({ path }) => !live?.has(path));
    revived += batch.length - gone.length;
    const waiting = gone.values();
    const work = async (): Promise<void> => {
      for (const { path, sizeBytes } of waiting) {
        await table.store.delete(toTableKey(table.path, path), given);
        files++;
        bytes += sizeBytes;
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, gone.length) }, work));
  }
  return { files, bytes, revived };
}
