import { setTimeout as delay } from "node:timers/promises";
import { hasEnded, type RunState } from "@snowmelt/core/engine";
import type { EngineStores } from "@snowmelt/pipeline/engine";

/** Runs as they are stored, told line by line as they change. */
export interface Watch {
  /** Until such a run has ended. Fails after the time, saying where it is. */
  ended(isIt: (run: RunState) => boolean, what: string, withinMs?: number): Promise<RunState>;
  /** Until such a run is where it should be. */
  reached(isIt: (run: RunState) => boolean, what: string, withinMs?: number): Promise<RunState>;
}

export function watchRuns(stores: EngineStores, onLine: (line: string) => void): Watch {
  const told = new Map<string, number>();
  const look = async (): Promise<RunState[]> => {
    const runs: RunState[] = [];
    for await (const run of stores.runs.list()) {
      runs.push(run);
      for await (const entry of stores.runs.audit(run.runId)) {
        if (entry.version <= (told.get(run.runId) ?? 0)) continue;
        told.set(run.runId, entry.version);
        onLine(`${run.runId} ${entry.version} ${entry.event.type}: ${entry.note}`);
      }
    }
    return runs;
  };
  const reached: Watch["reached"] = async (isIt, what, withinMs = 240_000) => {
    const endsAtMs = Date.now() + withinMs;
    for (;;) {
      const runs = await look();
      const found = runs.find(isIt);
      if (found) return found;
      if (Date.now() > endsAtMs) {
        const states = runs.map(({ runId, status, tasks }) => `${runId} ${status} ${JSON.stringify(tasks)}`).join("\n");
        throw new Error(`${what}: not within ${withinMs / 1000} s. Runs:\n${states || "none"}`);
      }
      await delay(500);
    }
  };
  return { reached, ended: (isIt, what, withinMs) => reached((run) => hasEnded(run) && isIt(run), what, withinMs) };
}
