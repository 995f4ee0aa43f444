import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { definePlatform, type Pipeline, type Platform, parseDefinition } from "@snowmelt/core/definition";
import { cliError } from "./cli-error.ts";
import { toFailure } from "./failure.ts";

/**
 * The pipeline that a file exports by default, in normal form. The file is run as it is, types and all.
 * @throws PIPELINE_FILE_NOT_FOUND, PIPELINE_FILE_INVALID, DEFINITION_INVALID
 */
export async function loadPipeline(file: string, cwd: string): Promise<Pipeline> {
  const exported = await loadDefault(file, cwd);
  if (isPlatform(exported)) {
    throw cliError(
      "PIPELINE_FILE_INVALID",
      `${file} exports a platform, expected a pipeline: a file with "export default definePipeline({ … })", which names this platform.`,
    );
  }
  return parseDefinition(exported);
}

/** The platform of a pipeline file, or of a platform file. */
export async function loadPlatform(file: string, cwd: string): Promise<Platform> {
  const exported = await loadDefault(file, cwd);
  return isPlatform(exported) ? definePlatform(exported) : parseDefinition(exported).platform;
}

const isPlatform = (exported: unknown): exported is Platform =>
  typeof exported === "object" && exported !== null && "environments" in exported && !("datasets" in exported);

async function loadDefault(file: string, cwd: string): Promise<unknown> {
  const path = resolve(cwd, file);
  if (!existsSync(path)) {
    throw cliError("PIPELINE_FILE_NOT_FOUND", `There is no file ${file} (looked for ${path}).`);
  }
  const module = await importFile(path, file, cwd);
  if (module.default !== undefined) return module.default;
  const names = Object.keys(module);
  const has = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}`;
  throw cliError(
    "PIPELINE_FILE_INVALID",
    `${file} should export its definition by default, as in "export default definePipeline({ … })"; ${has}.`,
  );
}

/** What a file exports; it is run once, however often it is asked for. PIPELINE_FILE_INVALID with the place of a mistake. */
export async function importFile(path: string, file: string, cwd: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    const { code, message } = toFailure(error);
    if (code !== "INTERNAL") throw error;
    const where = placeOf(error, cwd);
    const what = error instanceof Error ? error.message : message;
    throw cliError("PIPELINE_FILE_INVALID", `${file} cannot be loaded${where}: ${what}`, { cause: error });
  }
}

/** Node puts the place of a syntax error in front of the stack: `file:///…/flights.ts:12`. */
function placeOf(error: unknown, cwd: string): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const [, path, line] = /(?:file:\/\/)?(\/[^\s:()]+\.[cm]?[jt]s):(\d+)/.exec(stack) ?? [];
  return path === undefined || path.includes("/node_modules/") ? "" : ` (${relative(cwd, path)}, line ${line})`;
}
