import type { PutIfAbsentResult } from "@snowmelt/core/ports";
import { toTableKey } from "../delta/log-path.ts";
import { type TableLocation, tableUri } from "../delta/read-commits.ts";
import { lakeError } from "../lake-error.ts";
import { type PlainManifest, toManifestBody } from "./manifest-file.ts";
import { toManifestPath } from "./manifest-path.ts";
import { listManifests, readManifest } from "./read-manifests.ts";

/** `late`: the version had been swept long ago, and others had followed it; what was put is taken away again. */
export type ManifestPut = "ours" | "theirs" | "late";

/**
 * Puts the next manifest and finds out whose it is. After a lost answer, and after `exists`, the manifest itself is asked:
 * the same commitId means that it is ours. The store's error is thrown when there is none.
 */
export async function putManifest(
  table: TableLocation,
  manifest: PlainManifest,
  signal: AbortSignal | undefined,
): Promise<ManifestPut> {
  const key = toTableKey(table.path, toManifestPath(manifest.version));
  const owner = await put(table, key, manifest, signal);
  if (owner === "theirs") return "theirs";
  if (await followsOn(table, manifest)) return "ours";
  await lookAgain(table, () => table.store.delete(key));
  return "late";
}

async function put(
  table: TableLocation,
  key: string,
  manifest: PlainManifest,
  signal: AbortSignal | undefined,
): Promise<"ours" | "theirs"> {
  let result: PutIfAbsentResult;
  try {
    result = await table.store.putIfAbsent(key, toManifestBody(manifest), signal ? { signal } : {});
  } catch (error) {
    const owner = await ownerOf(table, manifest, error);
    if (owner === "nobody") throw error;
    return owner;
  }
  if (result.status === "created") return "ours";
  return (await ownerOf(table, manifest, undefined)) === "ours" ? "ours" : "theirs";
}

/**
 * Whether what was put is the newest, or what the next one follows. It is neither where the writer slept until its version
 * was swept: the place was free, and the table had long gone on. The run's signal does not stop it: the manifest is there.
 */
async function followsOn(table: TableLocation, { version, commitId }: PlainManifest): Promise<boolean> {
  const later = await lookAgain(table, () => listManifests(table, { fromVersion: version + 1 }));
  if (later.length === 0) return true;
  const next = await lookAgain(table, () => readManifest(table, version + 1));
  return next?.previousCommitId === commitId;
}

async function ownerOf(
  table: TableLocation,
  { version, commitId }: PlainManifest,
  cause: unknown,
): Promise<"ours" | "theirs" | "nobody"> {
  const held = await lookAgain(table, () => readManifest(table, version), cause);
  if (!held) return "nobody";
  return held.commitId === commitId ? "ours" : "theirs";
}

async function lookAgain<T>(table: TableLocation, look: () => Promise<T>, cause?: unknown): Promise<T> {
  try {
    return await look();
  } catch (error) {
    const first = cause ?? error;
    throw lakeError(
      "PLAIN_COMMIT_LOST",
      `A commit to ${tableUri(table)} was sent, and its manifest could not be read to learn whether it is there and counts: ${first instanceof Error ? first.message : String(first)} Run again when that is mended: the lane tells.`,
      { cause: first },
    );
  }
}
