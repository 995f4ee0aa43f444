import type { RunGraph, RunState } from "@snowmelt/core/engine";
import type { ObjectStore } from "@snowmelt/core/ports";
import { pipelineError } from "../../pipeline-error.ts";
import { fromBytes, padded, toBytes, toKeyPart } from "./file-names.ts";
import { type ForgottenEntry, parseLogEntry, type RunLogEntry, stateAfter } from "./run-log-entry.ts";

/** The log of a run as objects, `runs/<run>/log/<version>.json`: each is put if absent, and is the transaction. */
export interface RunLog {
  /** Undefined where there is none yet. */
  entry(runId: string, version: number): Promise<RunLogEntry | ForgottenEntry | undefined>;
  /** Whether the place was free. */
  append(entry: RunLogEntry | (ForgottenEntry & { readonly version: number })): Promise<boolean>;
  /** Names its beginning, so that a run of the same id that came after it is told apart; undefined where there is none. */
  beginning(runId: string): Promise<string | undefined>;
  /** As of now, from as few entries as it takes. */
  readLatest(runId: string): Promise<{ readonly state: RunState; readonly graph: RunGraph } | undefined>;
  /** Whether there is something of a run that is none any more: whoever forgot it died. */
  isLeftOver(runId: string): Promise<boolean>;
  /** Removes all of a run's objects, its beginning first: without that there is no run. Safe to repeat. */
  wipe(runId: string): Promise<void>;
}

export const runFolder = (runId: string): string => `runs/${toKeyPart(runId)}/`;

export function openRunLog(objects: ObjectStore): RunLog {
  const folder = (runId: string): string => `${runFolder(runId)}log/`;
  const keyOf = (runId: string, version: number): string => `${folder(runId)}${padded(version, 10)}.json`;

  const entry: RunLog["entry"] = async (runId, version) => {
    const key = keyOf(runId, version);
    const bytes = await objects.get(key);
    return bytes && parseLogEntry(fromBytes(bytes), `${objects.uri}/${key}`);
  };
  /** Of the entries that a listing shows, in their order. */
  const versions = async (runId: string): Promise<readonly number[]> => {
    const found: number[] = [];
    for await (const { key } of objects.list(folder(runId))) {
      found.push(Number(key.slice(key.lastIndexOf("/") + 1, -".json".length)));
    }
    return found;
  };
  /** The last entry, whichever are written meanwhile. */
  const last = async (runId: string): Promise<RunLogEntry | undefined> => {
    let found: RunLogEntry | undefined;
    for (let version = (await versions(runId)).at(-1) ?? 1; ; version++) {
      const next = await entry(runId, version);
      if (next?.kind === "forgotten") return undefined;
      if (!next) return found;
      found = next;
    }
  };
  const readLatest: RunLog["readLatest"] = async (runId) => {
    const latest = await last(runId);
    const first = latest && (await entry(runId, 1));
    if (!latest || first?.kind !== "changed" || !first.graph) return undefined;
    const state = await assemble(runId, latest);
    return state && { state, graph: first.graph };
  };
  const assemble = async (runId: string, latest: RunLogEntry): Promise<RunState | undefined> => {
    const parts = [latest];
    for (let version = latest.version - 1; parts.at(-1)?.isWhole === false; version--) {
      const part = await entry(runId, version);
      if (part?.kind !== "changed") throw gap(runId, version);
      parts.push(part);
    }
    return parts.reduceRight<RunState | undefined>(stateAfter, undefined);
  };
  return {
    entry,
    async append(added) {
      const { version, ...rest } = added;
      const json = added.kind === "forgotten" ? rest : added;
      return (await objects.putIfAbsent(keyOf(added.runId, version), toBytes(json))).status === "created";
    },
    async beginning(runId) {
      const first = await objects.head(keyOf(runId, 1));
      return first && `${first.etag ?? ""} ${first.modifiedAtMs} ${first.sizeBytes}`;
    },
    readLatest,
    isLeftOver: async (runId) => (await versions(runId)).length > 0 && (await readLatest(runId)) === undefined,
    async wipe(runId) {
      // By ascending key, and so its first entry first.
      for await (const { key } of objects.list(runFolder(runId))) await objects.delete(key);
    },
  };
}

const gap = (runId: string, version: number) =>
  pipelineError(
    "RUN_STATE_INVALID",
    `The log of run ${runId} lacks version ${version}, which later ones build upon. Restore it from an export, or remove the run.`,
    { details: { runId, version } },
  );
