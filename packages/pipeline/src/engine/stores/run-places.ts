import type { RunState } from "@snowmelt/core/engine";
import type { ObjectStore } from "@snowmelt/core/ports";
import { z } from "zod";
import { fromBytes, padded, toBytes, toKeyPart } from "./file-names.ts";
import { parse } from "./stored-run.ts";

/**
 * By which runs are found without looking at all: `open/<run>/<version>` for those with something to do, from the version on that
 * began it, and `listed/<newest first>/<run>` for all. Put before the run is changed, so that none is missed; one whose change never
 * came is seen by looking at its run.
 */
export interface RunPlaces {
  open(runId: string, version: number): Promise<void>;
  /** Has nothing to do any more as of that version; what opened it later stays. */
  close(runId: string, version: number): Promise<void>;
  /** In no order that means anything. */
  opened(): Promise<readonly string[]>;
  list(state: RunState): Promise<void>;
  unlist(place: Pick<ListedRun, "runId" | "requestedAtMs">): Promise<void>;
  /** Newest first; of those that were requested before, where that is said. */
  listed(beforeMs?: number): AsyncIterable<ListedRun>;
}

export interface ListedRun {
  readonly runId: string;
  readonly requestedAtMs: number;
  /** When it was put there. */
  readonly listedAtMs: number;
}

const Place = z.strictObject({ runId: z.string() });
const newestFirst = (atMs: number): string => padded(Number.MAX_SAFE_INTEGER - Math.max(0, Math.floor(atMs)), 16);

export function openRunPlaces(objects: ObjectStore): RunPlaces {
  /** What an object says never changes. */
  const names = new Map<string, string>();
  const nameOf = async (key: string): Promise<string | undefined> => {
    const part = key.split("/")[key.startsWith("open/") ? 1 : 2] ?? "";
    const known = names.get(part);
    if (known !== undefined) return known;
    const bytes = await objects.get(key);
    const name = bytes && parse(Place, fromBytes(bytes), `${objects.uri}/${key}`).runId;
    if (name !== undefined) names.set(part, name);
    return name;
  };
  const listedKey = ({ runId, requestedAtMs }: Pick<ListedRun, "runId" | "requestedAtMs">): string =>
    `listed/${newestFirst(requestedAtMs)}/${toKeyPart(runId)}`;
  return {
    async open(runId, version) {
      await objects.put(`open/${toKeyPart(runId)}/${padded(version, 10)}`, toBytes({ runId }));
    },
    async close(runId, version) {
      for await (const { key } of objects.list(`open/${toKeyPart(runId)}/`)) {
        if (Number(key.slice(key.lastIndexOf("/") + 1)) <= version) await objects.delete(key);
      }
    },
    async opened() {
      const found = new Set<string>();
      for await (const { key } of objects.list("open/")) {
        const name = await nameOf(key);
        if (name !== undefined) found.add(name);
      }
      return [...found];
    },
    async list(state) {
      await objects.put(listedKey(state), toBytes({ runId: state.runId }));
    },
    async unlist(place) {
      await objects.delete(listedKey(place));
      names.delete(toKeyPart(place.runId));
    },
    async *listed(beforeMs) {
      const startAfter = beforeMs === undefined ? {} : { startAfter: `listed/${newestFirst(beforeMs)}0` };
      for await (const { key, modifiedAtMs: listedAtMs } of objects.list("listed/", startAfter)) {
        const runId = await nameOf(key);
        const requestedAtMs = Number.MAX_SAFE_INTEGER - Number(key.split("/")[1]);
        if (runId !== undefined) yield { runId, requestedAtMs, listedAtMs };
      }
    },
  };
}
