import { z } from "zod";
import { lastCheckpointPath, toTableKey } from "./log-path.ts";
import type { TableLocation } from "./read-commits.ts";

const LastCheckpoint = z.looseObject({ version: z.int().nonnegative() });

/** What `_last_checkpoint` holds; see the protocol. */
export interface LastCheckpoint {
  readonly version: number;
  /** Actions. */
  readonly size: number;
  readonly sizeInBytes: number;
  readonly numOfAddFiles: number;
}

/** The version that `_last_checkpoint` names: a hint, which may be old or wrong. Undefined when it is absent or damaged. */
export async function readLastCheckpoint(table: TableLocation, signal?: AbortSignal): Promise<number | undefined> {
  const body = await table.store.get(toTableKey(table.path, lastCheckpointPath), signal ? { signal } : {});
  if (!body) return undefined;
  try {
    return LastCheckpoint.parse(JSON.parse(new TextDecoder().decode(body))).version;
  } catch {
    // Whatever it holds, the listing tells what is there.
    return undefined;
  }
}

/** Others that name a checkpoint of theirs at the same moment; then a later checkpoint names itself. */
const mostAttempts = 8;

/**
 * Names the newest checkpoint, unless a newer one is named already. Where the store can replace what was read and nothing
 * else, it never goes backwards; elsewhere two writers that pass each other may set it back by a checkpoint. May be
 * retried.
 */
export async function writeLastCheckpoint(
  table: TableLocation,
  checkpoint: LastCheckpoint,
  signal?: AbortSignal,
): Promise<void> {
  const { store } = table;
  const key = toTableKey(table.path, lastCheckpointPath);
  const options = signal ? { signal } : {};
  const body = new TextEncoder().encode(JSON.stringify(checkpoint));
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    // Before the read: what is read is of this etag or newer, and for newer the put says so.
    const etag = store.putIfMatch && (await store.head(key, options))?.etag;
    const held = await readLastCheckpoint(table, signal);
    if (held !== undefined && held >= checkpoint.version) return;
    if (!store.putIfMatch) {
      await store.put(key, body, options);
      return;
    }
    const put =
      etag === undefined
        ? await store.putIfAbsent(key, body, options)
        : await store.putIfMatch(key, body, { ...options, etag });
    if (put.status === "created" || put.status === "replaced") return;
  }
}
