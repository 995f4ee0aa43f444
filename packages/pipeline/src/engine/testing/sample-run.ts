import { decide, type RunCommand, type RunEvent, RunGraph, type RunState, type StageName } from "@snowmelt/core/engine";
import type { RunChange, RunChangeOutcome, RunStore } from "../run-store.ts";

const minute = 60_000;

/** A graph of so many tasks of one stage each; every run of it that is requested starts them all. */
export function sampleGraph(tasks = 1, over: Partial<Pick<RunGraph, "pipeline" | "environment">> = {}): RunGraph {
  return RunGraph.parse({
    pipeline: "flights",
    environment: "dev",
    definitionHash: `${tasks}`,
    maxActive: tasks,
    dispatchMs: 5 * minute,
    pauseReminderMs: 60 * minute,
    ...over,
    tasks: Array.from({ length: tasks }, (_, index) => ({
      name: `task${index}`,
      after: [],
      resource: `dev/task${index}`,
      stages: (["land"] as const satisfies readonly StageName[]).map((name) => ({
        name,
        retry: { attempts: 3, baseDelayMs: 1000, maxDelayMs: 1000 },
        timeoutMs: 10 * minute,
        pollMs: minute,
        giveUpMs: 60 * minute,
        isStoppable: true,
      })),
    })),
  });
}

export const requested = (runId: string, atMs = 1000, id = `${runId}-requested`): RunEvent => ({
  type: "requested",
  id,
  runId,
  atMs,
  trigger: { kind: "manual", note: "naïve ✓" },
});

/** What a decision upon what was read makes of an event, as it is given to a store. */
export function changeOf(graph: RunGraph, before: RunState | undefined, event: RunEvent): RunChange {
  const { state, commands, note } = decide(graph, before, event);
  return { event, before, state, graph, commands, note };
}

/** Commits an event upon what is stored; again where another came first. One that changes nothing counts as seen. */
export async function tell(runs: RunStore, event: RunEvent, graph = sampleGraph()): Promise<RunChangeOutcome> {
  for (;;) {
    const stored = await runs.read(event.runId);
    const change = changeOf(stored?.graph ?? graph, stored?.state, event);
    if (change.state === stored?.state) return { kind: "seen" };
    const outcome = await runs.commit(change);
    if (outcome.kind !== "lost") return outcome;
  }
}

/** Commits an event that has to change the run. Gives the run as it is then. */
export async function told(runs: RunStore, event: RunEvent, graph = sampleGraph()): Promise<RunState> {
  const outcome = await tell(runs, event, graph);
  if (outcome.kind !== "done") throw new Error(`${event.id} was ${outcome.kind}`);
  const stored = await runs.read(event.runId);
  if (!stored) throw new Error(`${event.runId} is not there`);
  return stored.state;
}

/** The start commands that a state waits for. */
export const keysOf = (state: RunState): string[] =>
  Object.values(state.tasks).flatMap(({ active }) => (active ? [active.key] : []));

export const succeeded = (runId: string, key: string, atMs: number): RunEvent => ({
  type: "succeeded",
  id: `${key}-succeeded`,
  runId,
  key,
  atMs,
  result: { rows: 12 },
});

/** An event that changes a running run and begins nothing. */
export const startedAs = (runId: string, key: string, externalId: string, atMs: number): RunEvent => ({
  type: "started",
  id: `${key}-started-${externalId}`,
  runId,
  key,
  atMs,
  externalId,
});

/** A run of one task from its request to its end. */
export async function wholeRun(
  runs: RunStore,
  runId: string,
  { beginMs, endMs, graph = sampleGraph() }: { beginMs: number; endMs: number; graph?: RunGraph },
): Promise<RunState> {
  const state = await told(runs, requested(runId, beginMs), graph);
  let ended = state;
  for (const key of keysOf(state)) ended = await told(runs, succeeded(runId, key, endMs), graph);
  return ended;
}

/** Its commands carried out. */
export async function drain(runs: RunStore, runId: string): Promise<readonly RunCommand[]> {
  const done: RunCommand[] = [];
  for (;;) {
    const items = await runs.pending(Number.MAX_SAFE_INTEGER, { limit: 100, runId });
    if (items.length === 0) return done;
    for (const item of items) {
      await runs.settle(item);
      done.push(item.command);
    }
  }
}
