import { encodeCheckpoint } from "./checkpoint-file.ts";
import { writeLastCheckpoint } from "./last-checkpoint.ts";
import { toCheckpointPath, toTableKey } from "./log-path.ts";
import { checkWritable } from "./protocol.ts";
import { type TableLocation, tableUri } from "./read-commits.ts";
import type { Snapshot } from "./snapshot.ts";
import { hasTextStats } from "./table-properties.ts";

export interface WrittenCheckpoint {
  /** `exists`: another writer's of the same version was left as it is. `declined`: the table's properties ask for more. */
  readonly status: "written" | "exists" | "declined";
  readonly version: number;
}

/**
 * Puts the classic checkpoint of a snapshot if there is none, then names it in `_last_checkpoint` unless a newer one is
 * named. May be repeated.
 */
export async function writeCheckpoint(
  table: TableLocation,
  snapshot: Snapshot,
  { nowMs, signal }: { readonly nowMs: number; readonly signal?: AbortSignal | undefined },
): Promise<WrittenCheckpoint> {
  const { version, protocol, metaData } = snapshot;
  checkWritable(protocol, metaData, tableUri(table));
  if (!hasTextStats(metaData)) return { status: "declined", version };
  const options = signal ? { signal } : {};
  const key = toTableKey(table.path, toCheckpointPath(version));
  if (await table.store.head(key, options)) return { status: "exists", version };
  const parts: Uint8Array[] = [];
  const encoding = encodeCheckpoint(snapshot, nowMs);
  let step = encoding.next();
  for (; !step.done; step = encoding.next()) {
    signal?.throwIfAborted();
    parts.push(step.value);
  }
  const sizeInBytes = parts.reduce((total, part) => total + part.length, 0);
  const put = await table.store.putIfAbsent(key, Buffer.concat(parts, sizeInBytes), options);
  const exists = put.status === "exists";
  if (!exists) await writeLastCheckpoint(table, { version, ...step.value, sizeInBytes }, signal);
  return { status: exists ? "exists" : "written", version };
}
