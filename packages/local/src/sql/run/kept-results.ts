import { link, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BoundColumn } from "../bind/binder.ts";

/** How long finished results stay readable by RESULT_SCAN. */
const KEPT_MS = 24 * 3600 * 1000;
/** They are kept as they came, uncompressed. */
const KEPT_BYTES = 1024 ** 3;

/** Finished results for RESULT_SCAN: a day long, and no more of them than a number of bytes. */
export interface KeptResults {
  /** Keeps a second name of a result's file. One larger than all may take is not kept; the oldest make room, save those in use. */
  keep(queryId: string, file: string, columns: readonly BoundColumn[]): Promise<void>;
  /** The file of a result's rows, which stays until `reader` is released; undefined when it is not kept. */
  use(queryId: string, reader: string): string | undefined;
  /** Ends every use by a reader. */
  release(reader: string): Promise<void>;
}

interface Kept {
  readonly bytes: number;
  readonly keptAtMs: number;
}

/** Opens the folder over what an earlier process left in it, and removes what is too old or too much. */
export async function openKeptResults(folder: string, maxBytes: number = KEPT_BYTES): Promise<KeptResults> {
  const fileOf = (queryId: string): string => path.join(folder, `${encodeURIComponent(queryId)}.rows`);
  /** The oldest first. */
  const kept = await readKept(folder);
  const readers = new Map<string, Set<string>>();
  let total = [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const isRead = (queryId: string): boolean => [...readers.values()].some((read) => read.has(queryId));

  const forget = async (queryId: string): Promise<void> => {
    total -= kept.get(queryId)?.bytes ?? 0;
    kept.delete(queryId);
    await rm(`${fileOf(queryId)}.json`, { force: true });
    await rm(fileOf(queryId), { force: true });
  };
  const makeRoom = async (): Promise<void> => {
    for (const [queryId, { keptAtMs }] of [...kept]) {
      if (total <= maxBytes && Date.now() - keptAtMs <= KEPT_MS) return;
      if (kept.has(queryId) && !isRead(queryId)) await forget(queryId);
    }
  };
  await makeRoom();
  return {
    async keep(queryId, file, columns) {
      await forget(queryId);
      const { size: bytes } = await stat(file);
      if (bytes > maxBytes) return;
      await link(file, fileOf(queryId));
      await writeFile(`${fileOf(queryId)}.json`, JSON.stringify(columns));
      kept.set(queryId, { bytes, keptAtMs: Date.now() });
      total += bytes;
      await makeRoom();
    },
    use(queryId, reader) {
      if (!kept.has(queryId)) return undefined;
      readers.set(reader, (readers.get(reader) ?? new Set()).add(queryId));
      return fileOf(queryId);
    },
    async release(reader) {
      if (readers.delete(reader)) await makeRoom();
    },
  };
}

/** Rows without their columns were left by a process that ended between the two, and are removed. */
async function readKept(folder: string): Promise<Map<string, Kept>> {
  const names = new Set(await readdir(folder));
  const found: [string, Kept][] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    if (name.endsWith(".rows") && names.has(`${name}.json`)) {
      const { size: bytes, mtimeMs: keptAtMs } = await stat(file);
      found.push([decodeURIComponent(name.slice(0, -".rows".length)), { bytes, keptAtMs }]);
    } else if (!name.endsWith(".json") || !names.has(name.slice(0, -".json".length))) await rm(file, { force: true });
  }
  return new Map(found.sort(([, a], [, b]) => a.keptAtMs - b.keptAtMs));
}
