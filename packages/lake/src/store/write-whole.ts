import type { Stats } from "node:fs";
import { type FileHandle, link, mkdir, open, rename, rmdir, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { ObjectBody, ObjectMeta } from "@snowmelt/core/ports";
import { fileErrorCode } from "./file-error.ts";

export interface WriteWhole {
  readonly root: string;
  readonly key: string;
  /** Where the object will stand. */
  readonly path: string;
  /** Where it is written until it is whole; on the same file system. */
  readonly temporaryPath: string;
  /** `absent` publishes by link, which fails if the path exists; `always` by rename, which replaces. */
  readonly when: "absent" | "always";
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the body to a temporary file, makes it durable, and only then gives it its name: a kill or power cut at any
 * moment leaves the old state or the new one. Undefined when `when` is `absent` and the path exists.
 */
export async function writeWhole(write: WriteWhole, body: ObjectBody): Promise<ObjectMeta | undefined> {
  const { key, temporaryPath, signal } = write;
  await makeFolders(dirname(temporaryPath));
  try {
    const meta = await writeTemporary(temporaryPath, key, body, signal);
    signal?.throwIfAborted();
    return (await publish(write)) ? meta : undefined;
  } finally {
    await unlink(temporaryPath).catch(ignoreAbsent);
  }
}

async function writeTemporary(
  path: string,
  key: string,
  body: ObjectBody,
  signal: AbortSignal | undefined,
): Promise<ObjectMeta> {
  const file = await open(path, "wx");
  try {
    await writeBody(file, body, signal);
    await file.sync();
    const { size, mtimeMs } = await file.stat();
    return { key, sizeBytes: size, modifiedAtMs: Math.floor(mtimeMs) };
  } finally {
    await file.close();
  }
}

async function writeBody(file: FileHandle, body: ObjectBody, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (body instanceof Uint8Array) return writeFully(file, body);
  for await (const part of ownFailures(body)) {
    signal?.throwIfAborted();
    await writeFully(file, part);
  }
}

/** The body's own failure, told apart from the file system's: it reaches the caller of the store as it is. */
export class BodyFailure extends Error {
  override readonly name = "BodyFailure";
}

async function* ownFailures(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new BodyFailure("the body failed", { cause });
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten;
}

/** A concurrent delete may prune the folder between mkdir and link; it is then made again. */
async function publish(write: WriteWhole): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await makeFolder(write.root, dirname(write.path));
      if (write.when === "absent") await link(write.temporaryPath, write.path);
      else await rename(write.temporaryPath, write.path);
      await syncFolder(dirname(write.path));
      return true;
    } catch (error) {
      const code = fileErrorCode(error);
      if (write.when === "absent" && code === "EEXIST") {
        // A network file system may have made the link, lost the answer, and asked again.
        if (await isSameFile(write.temporaryPath, write.path)) return true;
        const standing = await statIfThere(write.path);
        if (standing?.isFile()) return false;
        // Deleted since: the name is free again.
        if (!standing && attempt < 100) continue;
      }
      if (code !== "ENOENT" || attempt === 100) throw error;
    }
  }
}

async function makeFolder(root: string, folder: string): Promise<void> {
  const first = await makeFolders(folder);
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
  await syncFolder(root);
}

/**
 * The outermost folder that was made; undefined where all were there. Node's own recursive `mkdir` takes a file system that
 * is read-only for a folder that is missing, and never ends below one that takes no folders, such as /proc.
 */
async function makeFolders(folder: string): Promise<string | undefined> {
  if (await isFolder(folder)) return undefined;
  const parent = dirname(folder);
  const first = parent === folder ? undefined : await makeFolders(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    // Somebody else made it meanwhile; gone again, it is ENOENT, which is tried again.
    if (fileErrorCode(error) === "EEXIST" && (await stat(folder)).isDirectory()) return first;
    throw error;
  }
  return first ?? folder;
}

/**
 * Makes names in a folder durable; a folder pruned meanwhile has none. Windows opens no folders: there the file system's
 * journal has to do.
 */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r").catch(ignoreAbsent);
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes an object and the folders that its going leaves empty, up to the root. */
export async function removeWhole(root: string, path: string): Promise<void> {
  if (!(await isFile(path))) return;
  await unlink(path).catch(ignoreAbsent);
  for (let folder = dirname(path); folder.length > root.length; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (["ENOTEMPTY", "EEXIST", "ENOENT", "EBUSY"].includes(fileErrorCode(error) ?? "")) return;
      throw error;
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await statIfThere(path))?.isFile() ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await statIfThere(path))?.isDirectory() ?? false;
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT" || fileErrorCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function isSameFile(path: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([
    stat(path, { bigint: true }).catch(ignoreAbsent),
    stat(other, { bigint: true }).catch(ignoreAbsent),
  ]);
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
}

function ignoreAbsent(error: unknown): undefined {
  if (fileErrorCode(error) !== "ENOENT") throw error;
}
