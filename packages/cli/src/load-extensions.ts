import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Extensions } from "@snowmelt/pipeline/extensions";
import { cliError } from "./cli-error.ts";
import { importFile } from "./load-definition.ts";

const platformFiles = ["platform.ts", "platform.mts", "platform.js", "platform.mjs"];

/**
 * The code that a pipeline's definition names: what its own file exports as `extensions`, or else the nearest `platform.ts`, in its folder
 * or one above, up to that of the `package.json`. Undefined where neither does. PIPELINE_FILE_INVALID for what is no object.
 */
export async function loadExtensions(file: string, cwd: string): Promise<Extensions | undefined> {
  const path = resolve(cwd, file);
  const platform = nearestPlatform(dirname(path));
  for (const candidate of platform === undefined ? [path] : [path, platform]) {
    const shown = relative(cwd, candidate);
    const { extensions } = await importFile(candidate, shown, cwd);
    if (extensions === undefined) continue;
    if (isExtensions(extensions)) return extensions;
    throw cliError(
      "PIPELINE_FILE_INVALID",
      `${shown} exports extensions that are a ${typeof extensions}, expected { rules, stages, channels }.`,
    );
  }
  return undefined;
}

/** What is in it is looked at where it is used. */
const isExtensions = (exported: unknown): exported is Extensions => typeof exported === "object" && exported !== null;

function nearestPlatform(folder: string): string | undefined {
  const found = platformFiles.map((name) => join(folder, name)).find(existsSync);
  if (found !== undefined || existsSync(join(folder, "package.json")) || dirname(folder) === folder) return found;
  return nearestPlatform(dirname(folder));
}
