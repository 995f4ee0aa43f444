import type { RunState } from "@snowmelt/core/engine";
import type { AuditEntry, OutboxItem, RunChange, RunStore, StoredRun } from "../run-store.ts";
import { freezeWhole } from "./freeze-whole.ts";
import { type OrderedEntry, openOrderedIndex } from "./ordered-index.ts";
import { deadlineOf, itemSortKey, matches, parseItemId, recordsOf } from "./run-records.ts";
import type { RunRecord } from "./store-archive.ts";

interface HeldRun {
  state: RunState;
  readonly graph: StoredRun["graph"];
  readonly audit: AuditEntry[];
  readonly seen: Set<string>;
  readonly outbox: Map<string, HeldItem>;
}
interface HeldItem extends OrderedEntry {
  readonly item: OutboxItem;
}
interface RunPlace extends OrderedEntry {
  readonly runId: string;
}

export interface MemoryRuns {
  readonly runs: RunStore;
  records(): readonly RunRecord[];
  put(run: RunRecord): boolean;
}

/** What is stored is frozen, and handed out as it is. */
export function openMemoryRuns(): MemoryRuns {
  const held = new Map<string, HeldRun>();
  const due = openOrderedIndex<RunPlace>();
  const ended = openOrderedIndex<RunPlace>();
  const newest = openOrderedIndex<RunPlace>();
  const pending = openOrderedIndex<HeldItem>();
  const frozen = new WeakSet<object>();

  const place = (state: RunState): void => {
    const at = deadlineOf(state);
    if (at !== undefined) due.add({ at, tie: state.runId, runId: state.runId });
    if (state.endedAtMs !== null) ended.add({ at: state.endedAtMs, tie: state.runId, runId: state.runId });
  };
  const displace = (state: RunState): void => {
    const at = deadlineOf(state);
    if (at !== undefined) due.remove({ at, tie: state.runId });
    if (state.endedAtMs !== null) ended.remove({ at: state.endedAtMs, tie: state.runId });
  };
  const begin = (state: RunState, graph: StoredRun["graph"]): HeldRun => {
    const run = { state, graph: freezeWhole(graph, frozen), audit: [], seen: new Set<string>(), outbox: new Map() };
    held.set(state.runId, run);
    newest.add(placeByAge(state));
    return run;
  };
  const enqueue = (run: HeldRun, item: OutboxItem): void => {
    const { runId, version, index } = parseItemId(item.id);
    const entry = {
      at: item.notBeforeMs,
      tie: `${runId}/${itemSortKey(version, index)}`,
      item: freezeWhole(item, frozen),
    };
    run.outbox.set(item.id, entry);
    pending.add(entry);
  };
  const dequeue = (run: HeldRun, entry: HeldItem): void => {
    run.outbox.delete(entry.item.id);
    pending.remove(entry);
  };
  const remove = (run: HeldRun): void => {
    for (const entry of [...run.outbox.values()]) dequeue(run, entry);
    displace(run.state);
    newest.remove(placeByAge(run.state));
    held.delete(run.state.runId);
  };

  const commit = (change: RunChange): Awaited<ReturnType<RunStore["commit"]>> => {
    const { audit, outbox } = recordsOf(change);
    const { state, before, graph, event } = change;
    const now = held.get(state.runId);
    if (now?.seen.has(event.id)) return { kind: "seen" };
    if (now?.state.version !== before?.version) return { kind: "lost" };
    if (now) displace(now.state);
    const run = now ?? begin(state, graph);
    run.state = freezeWhole(state, frozen);
    run.audit.push(freezeWhole(audit, frozen));
    run.seen.add(event.id);
    place(state);
    for (const item of outbox) enqueue(run, item);
    return { kind: "done", outbox };
  };

  const runs: RunStore = {
    async read(runId) {
      const run = held.get(runId);
      return run && { state: run.state, graph: run.graph };
    },
    commit: async (change) => commit(change),
    async *audit(runId) {
      yield* [...(held.get(runId)?.audit ?? [])];
    },
    async *list(filter = {}) {
      for (const { runId } of newest.all()) {
        const state = held.get(runId)?.state;
        if (state && matches(filter, state)) yield state;
      }
    },
    due: async (nowMs, limit) => due.upTo(nowMs, limit).map(({ runId }) => runId),
    async pending(nowMs, { limit, runId }) {
      if (runId === undefined) return pending.upTo(nowMs, limit).map(({ item }) => item);
      const ofRun = openOrderedIndex<HeldItem>();
      for (const entry of held.get(runId)?.outbox.values() ?? []) ofRun.add(entry);
      return ofRun.upTo(nowMs, limit).map(({ item }) => item);
    },
    async take({ id, runId, attempts }, { nowMs, untilMs }) {
      const run = held.get(runId);
      const entry = run?.outbox.get(id);
      if (!run || entry?.item.attempts !== attempts || entry.item.notBeforeMs > nowMs) return undefined;
      const taken: OutboxItem = { ...entry.item, attempts: attempts + 1, notBeforeMs: untilMs };
      dequeue(run, entry);
      enqueue(run, taken);
      return taken;
    },
    async settle({ id, runId }) {
      const run = held.get(runId);
      const entry = run?.outbox.get(id);
      if (run && entry) dequeue(run, entry);
    },
    async forget(endedBeforeMs, { limit, before }) {
      const old = ended.upTo(endedBeforeMs - 1, limit);
      for (const { runId } of old) {
        const run = held.get(runId);
        if (!run) continue;
        await before?.({ state: run.state, graph: run.graph });
        remove(run);
      }
      return old.length;
    },
  };
  return {
    runs,
    records: () =>
      [...held.values()].map(({ state, graph, audit, outbox }) => ({
        state,
        graph,
        audit: [...audit],
        outbox: [...outbox.values()].map(({ item }) => item),
      })),
    put({ state, graph, audit, outbox }) {
      if (held.has(state.runId)) return false;
      const run = begin(freezeWhole(state, frozen), graph);
      for (const entry of audit) {
        run.audit.push(freezeWhole(entry, frozen));
        run.seen.add(entry.event.id);
      }
      place(state);
      for (const item of outbox) enqueue(run, item);
      return true;
    },
  };
}

const placeByAge = ({ runId, requestedAtMs }: RunState): RunPlace => ({ at: -requestedAtMs, tie: runId, runId });
