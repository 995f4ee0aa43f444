import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { stageFailure } from "./stage-failure.ts";
import type { StagedFile, StageFiles } from "./stage-files.ts";

const PARTIAL = /\.partial-[0-9a-f]+$/;

/** A stage in a folder, which is made when the first file comes. */
export function openFolderFiles(root: string, nameOf: (key: string) => string): StageFiles {
  const pathOf = (key: string) => {
    const steps = key.split("/");
    if (steps.some((step) => step === ".." || step === "." || step === "") || key.includes("\0"))
      throw stageFailure(`'${key}' is no path below the stage`);
    return path.join(root, ...steps);
  };
  return {
    nameOf,
    async put(key, file) {
      const target = pathOf(key);
      const partial = `${target}.partial-${createHash("sha256").update(file).digest("hex").slice(0, 12)}`;
      await mkdir(path.dirname(target), { recursive: true });
      try {
        await copyFile(file, partial);
        await rename(partial, target);
      } catch (cause) {
        await rm(partial, { force: true });
        throw stageFailure(cause instanceof Error ? cause.message : String(cause), { cause });
      }
    },
    async list(prefix, signal) {
      const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(emptyWhenAbsent);
      const keys = names
        .filter((entry) => entry.isFile() && !PARTIAL.test(entry.name))
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
        .filter((key) => key.startsWith(prefix))
        .sort();
      const files: StagedFile[] = [];
      for (const key of keys) {
        signal.throwIfAborted();
        files.push(await describe(key, path.join(root, key)));
      }
      return files;
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  };
}

async function describe(key: string, file: string): Promise<StagedFile> {
  const { size, mtime } = await stat(file);
  const hash = createHash("md5");
  await pipeline(createReadStream(file), hash);
  return { key, bytes: size, digest: hash.digest("hex"), modified: mtime };
}

function emptyWhenAbsent(error: NodeJS.ErrnoException): [] {
  if (error.code === "ENOENT") return [];
  throw error;
}
