import { appendFile, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RunManifest } from "../manifest.ts";
import { renderReport } from "../report/index.ts";
import type { RunEvent } from "../run-event.ts";
import type { Redactor } from "./redactor.ts";

/** Writes a run's records: `events.jsonl` as it happens, `manifest.json` and `report.html` at the end. */
export interface RunRecorder {
  readonly directory: string;
  /** The event has been redacted. */
  record(event: RunEvent): void;
  /** Resolves when everything recorded so far is on disk, to the manifest as it is there. */
  finish(manifest: RunManifest): Promise<RunManifest>;
}

export async function openRunRecorder(runsRoot: string, runId: string, redactor: Redactor): Promise<RunRecorder> {
  const directory = join(runsRoot, runId);
  await mkdir(directory, { recursive: true });
  const events: RunEvent[] = [];
  const path = join(directory, "events.jsonl");
  let written: Promise<void> = Promise.resolve();
  let failure: unknown;
  return {
    directory,
    record(event) {
      events.push(event);
      const line = `${JSON.stringify(event)}\n`;
      written = written
        .then(() => appendFile(path, line))
        .catch((error: unknown) => {
          failure ??= error;
        });
    },
    async finish(manifest) {
      await written;
      if (failure) throw failure;
      const told = redactor.redactIn(RunManifest, manifest);
      await writeWhole(join(directory, "manifest.json"), `${JSON.stringify(told, null, 2)}\n`);
      await writeWhole(join(directory, "report.html"), redactor.redact(renderReport(told, events)));
      return told;
    },
  };
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.partial`, text);
  await rename(`${path}.partial`, path);
}
