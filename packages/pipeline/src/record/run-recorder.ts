import { appendFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SnowmeltError } from "@snowmelt/core/errors";
import { RunFailure, RunManifest } from "../manifest.ts";
import { pipelineError } from "../pipeline-error.ts";
import { renderReport } from "../report/index.ts";
import type { RunEvent } from "../run-event.ts";
import type { Redactor } from "./redactor.ts";

/** Writes a run's records: `events.jsonl` as it happens, `manifest.json` and `report.html` at the end. */
export interface RunRecorder {
  readonly directory: string;
  /** The event has been redacted. */
  record(event: RunEvent): void;
  /**
   * Writes what is not on disk yet. Never rejects: what the run came to is not lost with its records. Resolves to the manifest
   * as it is on disk, or with `recordFailure` where a record could not be written.
   */
  finish(manifest: Omit<RunManifest, "recordFailure">): Promise<RunManifest>;
}

/** Makes the run's folder, and sees that it may be written: else RECORDS_UNWRITABLE, and nothing is left. May be repeated. */
export async function openRunRecorder(runsRoot: string, runId: string, redactor: Redactor): Promise<RunRecorder> {
  const directory = join(runsRoot, runId);
  await tryFolder(directory);
  const events: RunEvent[] = [];
  let written: Promise<void> = Promise.resolve();
  let failure: SnowmeltError | undefined;
  const attempt = (name: string, write: (path: string) => Promise<void>): Promise<void> => {
    const path = join(directory, name);
    return write(path).catch((error: unknown) => {
      failure ??= unwritable(`write ${path}`, error);
    });
  };
  return {
    directory,
    record(event) {
      events.push(event);
      const line = `${JSON.stringify(event)}\n`;
      written = written.then(() => attempt("events.jsonl", (path) => appendFile(path, line)));
    },
    async finish(manifest) {
      await written;
      const told = redactor.redactIn(RunManifest, { ...manifest, recordFailure: null });
      const report = redactor.redact(renderReport(told, events));
      await attempt("report.html", (path) => writeWhole(path, report));
      // Last, as it says that the records are whole.
      await attempt("manifest.json", (path) =>
        writeWhole(path, `${JSON.stringify(withFailure(told, failure), null, 2)}\n`),
      );
      return withFailure(told, failure);
    },
  };
}

/** More than an empty file, which a full disk still takes. */
const trialBytes = 4096;

async function tryFolder(directory: string): Promise<void> {
  const trial = join(directory, "trial.partial");
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(trial, new Uint8Array(trialBytes));
    await rm(trial);
  } catch (error) {
    await rm(directory, { recursive: true, force: true }).catch(() => undefined);
    throw unwritable(`keep the run's records in ${directory}`, error);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.partial`, text);
  await rename(`${path}.partial`, path);
}

function unwritable(what: string, error: unknown): SnowmeltError {
  const why = error instanceof Error ? error.message : String(error);
  return pipelineError(
    "RECORDS_UNWRITABLE",
    `Could not ${what}: ${why}. Expected a folder that this user may write, with room; runsRoot (--runs) names another.`,
    { cause: error },
  );
}

const withFailure = (manifest: RunManifest, failure: SnowmeltError | undefined): RunManifest =>
  failure === undefined
    ? manifest
    : {
        ...manifest,
        recordFailure: RunFailure.parse({ ...failure.toJSON(), stage: null }),
      };
