import {
  type Decision,
  decide,
  hasEnded,
  type RunCommand,
  type RunEvent,
  type RunGraph,
  type RunState,
} from "../../../src/engine/index.ts";

export interface OutboxItem {
  readonly id: string;
  readonly runId: string;
  readonly command: RunCommand;
  /** Who carries it out has it until then; nobody else takes it before. */
  claimedUntilMs: number;
}

/** What one conditional transaction holds together: state, audit trail, events seen, outbox. */
export interface RunStore {
  readonly runs: ReadonlyMap<string, RunState>;
  readonly outbox: Map<string, OutboxItem>;
  /** The events that changed a run, in their order. */
  audit(runId: string): readonly RunEvent[];
  read(event: RunEvent): { readonly graph: RunGraph; readonly state: RunState | undefined };
  /** `lost`: another event came first, decide again. */
  commit(event: RunEvent, before: RunState | undefined, decision: Decision): "done" | "seen" | "lost";
  due(nowMs: number): readonly RunState[];
}

export function openRunStore(graphs: ReadonlyMap<string, RunGraph>, graphOf: (event: RunEvent) => RunGraph): RunStore {
  const runs = new Map<string, RunState>();
  const audits = new Map<string, RunEvent[]>();
  const seen = new Set<string>();
  const outbox = new Map<string, OutboxItem>();
  return {
    runs,
    outbox,
    audit: (runId) => audits.get(runId) ?? [],
    read(event) {
      const state = runs.get(event.runId);
      const graph = state ? graphs.get(state.definitionHash) : graphOf(event);
      if (!graph) throw new RangeError(`no graph ${state?.definitionHash}`);
      return { graph, state };
    },
    commit(event, before, { state, commands }) {
      if (seen.has(event.id)) return "seen";
      const now = runs.get(event.runId);
      if (now?.version !== before?.version) return "lost";
      // An event that changed nothing may do so later: a tick before its time.
      if (state === before) return "done";
      seen.add(event.id);
      runs.set(event.runId, state);
      const audit = audits.get(event.runId);
      if (audit) audit.push(event);
      else audits.set(event.runId, [event]);
      commands.forEach((command, index) => {
        const id = `${event.runId}/${state.version}/${index}`;
        outbox.set(id, { id, runId: event.runId, command, claimedUntilMs: 0 });
      });
      return "done";
    },
    due: (nowMs) => [...runs.values()].filter((run) => !hasEnded(run) && (run.deadlineAtMs ?? 0) <= nowMs),
  };
}

/** The state as its audit trail explains it. */
export function replay(graph: RunGraph, events: readonly RunEvent[]): RunState | undefined {
  return events.reduce<RunState | undefined>((state, event) => decide(graph, state, event).state, undefined);
}
