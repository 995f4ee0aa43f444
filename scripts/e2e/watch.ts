import { setTimeout as delay } from "node:timers/promises";
import { hasEnded, type RunState } from "@snowmelt/core/engine";
import type { EngineStores } from "@snowmelt/pipeline/engine";

type IsIt = (run: RunState) => boolean;

/** Runs as they are stored, told line by line as they change. */
export interface Watch {
  /** Until such a run has ended. Fails after the time, saying where it is. */
  ended(isIt: IsIt, what: string, withinMs?: number): Promise<RunState>;
  /** Until so many of such runs have ended. */
  allEnded(isIt: IsIt, count: number, what: string, withinMs?: number): Promise<readonly RunState[]>;
  /** Until such a run is where it should be. */
  reached(isIt: IsIt, what: string, withinMs?: number): Promise<RunState>;
}

export interface WatchOptions {
  /** Runs of these are waited for, and not told of: there are too many. */
  readonly silent: readonly string[];
  readonly onLine: (line: string) => void;
}

const everyMs = 500;

export function watchRuns(stores: EngineStores, { silent, onLine }: WatchOptions): Watch {
  const told = new Map<string, number>();
  const look = async (): Promise<RunState[]> => {
    const runs: RunState[] = [];
    for await (const run of stores.runs.list()) runs.push(run);
    for (const { runId, pipeline, version } of runs) {
      const from = told.get(runId) ?? 0;
      if (silent.includes(pipeline) || version <= from) continue;
      for await (const entry of stores.runs.audit(runId)) {
        if (entry.version <= from) continue;
        told.set(runId, entry.version);
        onLine(`${runId} ${entry.version} ${entry.event.type}: ${entry.note}`);
      }
    }
    return runs;
  };
  /** Whoever waits at the same time looks together. */
  let looking: Promise<RunState[]> | undefined;
  const lookTogether = (): Promise<RunState[]> => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const until = async <T>(find: (runs: RunState[]) => T | undefined, what: string, withinMs = 240_000): Promise<T> => {
    const endsAtMs = Date.now() + withinMs;
    for (;;) {
      const runs = await lookTogether();
      const found = find(runs);
      if (found !== undefined) return found;
      if (Date.now() > endsAtMs) {
        const open = runs.filter((run) => !hasEnded(run));
        const states = open.map(({ runId, status, tasks }) => `${runId} ${status} ${JSON.stringify(tasks)}`).join("\n");
        throw new Error(
          `${what}: not within ${withinMs / 1000} s. Of ${runs.length} runs these go on:\n${states || "none"}`,
        );
      }
      await delay(everyMs);
    }
  };
  return {
    reached: (isIt, what, withinMs) => until((runs) => runs.find(isIt), what, withinMs),
    ended: (isIt, what, withinMs) => until((runs) => runs.find((run) => hasEnded(run) && isIt(run)), what, withinMs),
    allEnded: (isIt, count, what, withinMs) =>
      until(
        (runs) => {
          const found = runs.filter((run) => hasEnded(run) && isIt(run));
          return found.length >= count ? found : undefined;
        },
        what,
        withinMs,
      ),
  };
}
