import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectMeta } from "@snowmelt/core/ports";
import { lakeError } from "../lake-error.ts";
import { fileErrorCode } from "./file-error.ts";
import { parsePrefix, temporaryFolder } from "./object-key.ts";

export interface ListKeys {
  readonly root: string;
  readonly prefix: string;
  readonly startAfter?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Objects below a prefix by ascending key in UTF-8 bytes. Holds the names of one folder a level, never the whole tree. */
export async function* listKeys(list: ListKeys): AsyncGenerator<ObjectMeta> {
  list.signal?.throwIfAborted();
  const { folder, nameStart } = parsePrefix(list.prefix);
  yield* walk(list, folder.map((name) => `${name}/`).join(""), nameStart);
}

async function* walk(list: ListKeys, folderKey: string, nameStart: string): AsyncGenerator<ObjectMeta> {
  for (const entry of await readFolder(list.root, folderKey)) {
    list.signal?.throwIfAborted();
    if (!entry.name.startsWith(nameStart) || (folderKey === "" && entry.name === temporaryFolder)) continue;
    const key = folderKey + entry.name;
    if (entry.isFolder) {
      if (!isPassed(`${key}/`, list.startAfter)) yield* walk(list, `${key}/`, "");
    } else if (list.startAfter === undefined || compareUtf8(key, list.startAfter) > 0) {
      const meta = await readMeta(list.root, key);
      if (meta) yield meta;
    }
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** In the order of the keys below: a folder sorts as its name with the slash. */
async function readFolder(root: string, folderKey: string): Promise<readonly Entry[]> {
  const path = join(root, folderKey);
  let found: Dirent<Buffer>[];
  try {
    found = await readdir(path, { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT" || fileErrorCode(error) === "ENOTDIR") return [];
    throw error;
  }
  const slash = Buffer.from("/");
  return found
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => ({
      name: decodeName(path, entry.name),
      isFolder: entry.isDirectory(),
      order: entry.isDirectory() ? Buffer.concat([entry.name, slash]) : entry.name,
    }))
    .sort((a, b) => Buffer.compare(a.order, b.order));
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeName(folder: string, name: Buffer): string {
  try {
    return decoder.decode(name);
  } catch (cause) {
    const shown = JSON.stringify(name.toString("latin1"));
    throw lakeError("STORE_FAILED", `Cannot list ${folder}: the name ${shown} is not UTF-8. Rename or remove it.`, {
      cause,
      details: { path: folder },
    });
  }
}

/** Undefined when it was deleted since the folder was read. */
export async function readMeta(root: string, key: string): Promise<ObjectMeta | undefined> {
  try {
    const found = await stat(join(root, key));
    if (!found.isFile()) return undefined;
    return { key, sizeBytes: found.size, modifiedAtMs: Math.floor(found.mtimeMs) };
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT" || fileErrorCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Whether every key below the folder comes at or before `startAfter`. */
function isPassed(folderKey: string, startAfter: string | undefined): boolean {
  return startAfter !== undefined && !startAfter.startsWith(folderKey) && compareUtf8(folderKey, startAfter) < 0;
}

const compareUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
