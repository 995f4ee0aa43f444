import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readSnapshot } from "@snowmelt/lake/delta";
import { openFileStore } from "@snowmelt/lake/store";

/** Every file below a folder, relative to it, in order; none where there is no folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** Everything below a folder as one text, binary files among it. */
export async function textBelow(folder: string): Promise<string> {
  const texts: string[] = [];
  for (const file of await filesBelow(folder)) texts.push(file, await readFile(join(folder, file), "latin1"));
  return texts.join("\n");
}

/** Files below a table's root that its log does not name, neither as live nor as removed. */
export async function orphansOf(lake: string, path: string): Promise<string[]> {
  const snapshot = await readSnapshot({ store: openFileStore(lake), path });
  const named = new Set([...(snapshot?.files.keys() ?? []), ...(snapshot?.tombstones.keys() ?? [])]);
  const found = await filesBelow(join(lake, path));
  return found.filter((file) => !file.startsWith("_delta_log/") && !named.has(file));
}
