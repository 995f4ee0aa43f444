import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { RunManifest } from "../manifest.ts";
import { pipelineError } from "../pipeline-error.ts";

/** The manifest of a run. RUN_UNKNOWN where there is none of that id, or none that can be read. May be retried. */
export async function readManifest(runsRoot: string, runId: string): Promise<RunManifest> {
  // An id is a folder's name, and nothing above it.
  const path = join(runsRoot, runId, "manifest.json");
  const text = /^[\w.-]+$/.test(runId) && !/^\.+$/.test(runId) ? await readText(path) : undefined;
  if (text === undefined) {
    const known = (await runIds(runsRoot)).slice(-3);
    throw pipelineError(
      "RUN_UNKNOWN",
      `There is no record of a run ${JSON.stringify(runId)} in ${runsRoot}.${known.length > 0 ? ` The last ones are ${known.join(", ")}.` : ""}`,
    );
  }
  const parsed = RunManifest.safeParse(toJson(text));
  if (parsed.success) return parsed.data;
  throw pipelineError("RUN_UNKNOWN", `${path} is not the manifest of a run: ${parsed.error.issues[0]?.message}.`, {
    cause: parsed.error,
  });
}

/** SHA-256 of files by their path below a table's root, as the runs wrote it down. Records that cannot be read tell nothing. */
export async function readHashes(runsRoot: string, dataset: string): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const runId of await runIds(runsRoot)) {
    const manifest = await readManifest(runsRoot, runId).catch((error: unknown) => {
      if (isSnowmeltError(error, "RUN_UNKNOWN")) return undefined;
      throw error;
    });
    for (const result of manifest?.datasets ?? []) {
      if (result.dataset !== dataset) continue;
      for (const { path, sha256 } of result.files) if (sha256 !== null) hashes.set(path, sha256);
    }
  }
  return hashes;
}

/** They sort by time. */
async function runIds(runsRoot: string): Promise<string[]> {
  const entries = await readdir(runsRoot, { withFileTypes: true }).catch(orNone([]));
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted();
}

const readText = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(orNone(undefined));

const orNone =
  <T>(none: T) =>
  (error: unknown): T => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return none;
    throw error;
  };

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
