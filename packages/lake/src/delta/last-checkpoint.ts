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

/** Names the newest checkpoint, unless a newer one is named already. May be retried. */
export async function writeLastCheckpoint(
  table: TableLocation,
  checkpoint: LastCheckpoint,
  signal?: AbortSignal,
): Promise<void> {
  const held = await readLastCheckpoint(table, signal);
  if (held !== undefined && held >= checkpoint.version) return;
  const body = new TextEncoder().encode(JSON.stringify(checkpoint));
  await table.store.put(toTableKey(table.path, lastCheckpointPath), body, signal ? { signal } : {});
}
