import { randomUUID } from "node:crypto";
import { open, realpath, statfs } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { ObjectBody, ObjectMeta, ObjectStore } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import { fileErrorCode, toStoreError } from "./file-error.ts";
import { listKeys, readMeta } from "./list-keys.ts";
import { parseObjectKey, temporaryFolder } from "./object-key.ts";
import { sweepTemporaryFiles } from "./temporary-files.ts";
import { BodyFailure, removeWhole, writeWhole } from "./write-whole.ts";

export interface FileStoreOptions {
  /**
   * An unfinished file nobody wrote to for this long was left by a killed process and is removed before the first write.
   * @default 86_400_000 (one day)
   */
  readonly staleTemporaryMs?: number;
}

/**
 * An object store in a folder, made when first written to. An object is written beside the tree, synced, and then given
 * its name by link or rename, so that a kill never shows half of it. Keys are file paths: `a` and `a/b` cannot both be
 * objects (STORE_KEY_BLOCKED), and names differ by case only where the file system tells case apart. Symbolic links are
 * followed as long as they stay below the root, but not listed.
 */
export function openFileStore(rootDirectory: string, options: FileStoreOptions = {}): ObjectStore {
  const root = resolve(rootDirectory);
  const temporary = join(root, temporaryFolder);
  const { staleTemporaryMs = 24 * 60 * 60 * 1000 } = options;
  let swept: Promise<void> | undefined;

  const locate = async (key: string): Promise<string> => {
    const path = join(root, ...parseObjectKey(key));
    await checkInside(root, path, key);
    return path;
  };
  const write = async (key: string, body: ObjectBody, how: Pick<WriteHow, "when" | "signal">) => {
    how.signal?.throwIfAborted();
    return translated(`write ${key}`, join(root, key), async () => {
      const path = await locate(key);
      swept ??= sweepTemporaryFiles(temporary, staleTemporaryMs);
      await swept;
      return writeWhole({ root, key, path, temporaryPath: join(temporary, randomUUID()), ...how }, body);
    });
  };

  return {
    uri: pathToFileURL(root).href,
    async get(key, { range, signal } = {}) {
      signal?.throwIfAborted();
      return translated(`read ${key}`, join(root, key), async () => readBytes(await locate(key), range, signal));
    },
    async head(key, { signal } = {}) {
      signal?.throwIfAborted();
      return translated(`look up ${key}`, join(root, key), async () => {
        await locate(key);
        return readMeta(root, key);
      });
    },
    async put(key, body, { signal } = {}) {
      const meta = await write(key, body, { when: "always", signal });
      return meta ?? unreachable(key);
    },
    async putIfAbsent(key, body, { signal } = {}) {
      const meta = await write(key, body, { when: "absent", signal });
      return meta ? { status: "created", meta } : { status: "exists" };
    },
    async *list(prefix, { startAfter, signal } = {}) {
      try {
        yield* listKeys({ root, prefix, startAfter, signal });
      } catch (error) {
        throw toStoreError(error, { what: `list ${prefix}`, path: join(root, prefix) }) ?? error;
      }
    },
    async delete(key, { signal } = {}) {
      signal?.throwIfAborted();
      await translated(`delete ${key}`, join(root, key), async () => removeWhole(root, await locate(key)));
    },
  };
}

interface WriteHow {
  readonly when: "absent" | "always";
  readonly signal: AbortSignal | undefined;
}

async function readBytes(
  path: string,
  range: { start: number; end: number } | undefined,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const file = await open(path, "r").catch(absentIsUndefined);
  if (!file) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    const start = Math.min(range?.start ?? 0, found.size);
    const bytes = new Uint8Array(Math.max(0, Math.min(range?.end ?? found.size, found.size) - start));
    for (let at = 0; at < bytes.byteLength; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(bytes, at, bytes.byteLength - at, start + at);
      if (bytesRead === 0) throw lakeError("STORE_FAILED", `${path} became shorter while it was read.`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Whether the nearest folder that exists, with links followed, is still below the root. */
async function checkInside(root: string, path: string, key: string): Promise<void> {
  const realRoot = await realpath(root).catch(absentIsUndefined);
  if (realRoot === undefined) return;
  for (let at = path; at.length > root.length; at = dirname(at)) {
    const real = await realpath(at).catch(absentIsUndefined);
    if (real === undefined) continue;
    if (real === realRoot || real.startsWith(realRoot + sep)) return;
    throw lakeError("STORE_KEY_INVALID", `${JSON.stringify(key)} leads to ${real}, outside the store's root ${root}.`, {
      details: { key, root },
    });
  }
}

async function translated<T>(what: string, path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof BodyFailure) throw error.cause;
    const isFull = ["ENOSPC", "EDQUOT"].includes(fileErrorCode(error) ?? "");
    throw toStoreError(error, { what, path, freeBytes: isFull ? await freeBytes(path) : undefined }) ?? error;
  }
}

async function freeBytes(path: string): Promise<number | undefined> {
  for (let at = dirname(path); ; at = dirname(at)) {
    const found = await statfs(at).catch(() => undefined);
    if (found) return found.bavail * found.bsize;
    if (at === dirname(at)) return undefined;
  }
}

function absentIsUndefined(error: unknown): undefined {
  if (fileErrorCode(error) === "ENOENT" || fileErrorCode(error) === "ENOTDIR") return undefined;
  throw error;
}

function unreachable(key: string): ObjectMeta {
  throw lakeError("STORE_FAILED", `Writing ${key} ended without an object.`);
}
