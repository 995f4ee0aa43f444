import { readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { fileErrorCode } from "./file-error.ts";

/** Removes unfinished files that nobody has written to for `staleMs`: what killed processes left behind. */
export async function sweepTemporaryFiles(folder: string, staleMs: number): Promise<void> {
  const oldestMs = Date.now() - staleMs;
  for (const name of await readdir(folder).catch(absentIsEmpty)) {
    const path = join(folder, name);
    try {
      if ((await stat(path)).mtimeMs < oldestMs) await unlink(path);
    } catch (error) {
      if (fileErrorCode(error) !== "ENOENT") throw error;
    }
  }
}

function absentIsEmpty(error: unknown): string[] {
  if (fileErrorCode(error) === "ENOENT") return [];
  throw error;
}
