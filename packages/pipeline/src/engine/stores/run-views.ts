import { hasEnded, type RunGraph, type RunState } from "@snowmelt/core/engine";
import type { OutboxItem } from "../run-store.ts";
import type { OutboxMarks } from "./outbox-marks.ts";
import type { RunLog } from "./run-log.ts";
import { type RunLogEntry, stateAfter } from "./run-log-entry.ts";
import { freshItem, itemSortKey, parseItemId } from "./run-records.ts";

/** What this process knows of a run. Grows with the log, of which nothing changes. */
export interface RunView {
  readonly runId: string;
  readonly graph: RunGraph;
  /** Of its log; undefined until that was looked at. */
  beginning: string | undefined;
  state: RunState;
  readonly eventIds: Set<string>;
  /** Those not known to be done, by id, in their order. */
  readonly open: Map<string, OutboxItem>;
}

export interface RunViews {
  /** Calls about one run one after the other, each with the run as of now, undefined where there is none. */
  with<T>(runId: string, use: (view: RunView | undefined) => Promise<T>): Promise<T>;
  /** Whether the run is known here, so that looking at it costs little. */
  has(runId: string): boolean;
  /** With what others have taken and done meanwhile. */
  refreshOpen(view: RunView): Promise<void>;
  /** After this process has appended it. */
  add(view: RunView | undefined, entry: RunLogEntry): RunView | undefined;
  drop(runId: string): void;
}

/** More runs than that are not kept in mind, but looked up again. */
const keptViews = 4096;

export function openRunViews(log: RunLog, marks: OutboxMarks): RunViews {
  const views = new Map<string, RunView>();
  const turns = new Map<string, Promise<unknown>>();

  const add: RunViews["add"] = (view, entry) => {
    const state = stateAfter(view?.state, entry);
    const known = view ?? (entry.graph && state && begin(entry.runId, entry.graph, state));
    if (!known) return undefined;
    if (state) known.state = state;
    known.eventIds.add(entry.event.id);
    const settled = new Set(entry.settled);
    entry.commands.forEach((command, index) => {
      const item = freshItem(entry.runId, entry.version, index, command);
      if (!settled.has(index)) known.open.set(item.id, item);
    });
    return known;
  };
  /** From its first entry on: a restored run has its state in the last. */
  const load = async (runId: string): Promise<RunView | undefined> => {
    const beginning = await log.beginning(runId);
    const entries: RunLogEntry[] = [];
    for (let version = 1; ; version++) {
      const entry = await log.entry(runId, version);
      if (entry?.kind === "forgotten") return undefined;
      if (!entry) break;
      entries.push(entry);
    }
    const graph = entries[0]?.graph;
    const state = entries.reduce<RunState | undefined>(stateAfter, undefined);
    if (!graph || !state) return undefined;
    const view = begin(runId, graph, state);
    view.beginning = beginning;
    for (const entry of entries) add(view, { ...entry, state: null });
    await refreshOpen(view);
    return view;
  };
  const refreshOpen: RunViews["refreshOpen"] = async (view) => {
    const versions = new Set([...view.open.keys()].map((id) => parseItemId(id).version));
    for (const version of versions) {
      for (const [index, mark] of await marks.ofVersion(view.runId, version)) {
        const id = `${view.runId}/${version}/${index}`;
        const item = view.open.get(id);
        if (mark === "done") view.open.delete(id);
        else if (item) view.open.set(id, { ...item, ...mark });
      }
    }
  };
  const current = async (runId: string): Promise<RunView | undefined> => {
    const known = views.get(runId);
    let view: RunView | undefined;
    if (known?.beginning !== undefined && known.beginning === (await log.beginning(runId))) {
      view = known;
      for (;;) {
        const next = await log.entry(runId, known.state.version + 1);
        if (next?.kind === "changed") add(known, next);
        else if (next) return forgetView(runId);
        else break;
      }
    }
    view ??= await load(runId);
    if (!view) return forgetView(runId);
    remember(view);
    return view;
  };
  const forgetView = (runId: string): undefined => {
    views.delete(runId);
    return undefined;
  };
  const remember = (view: RunView): void => {
    views.delete(view.runId);
    if (hasEnded(view.state) && view.open.size === 0) return;
    views.set(view.runId, view);
    const [oldest] = views.keys();
    if (views.size > keptViews && oldest !== undefined) views.delete(oldest);
  };
  return {
    async with(runId, use) {
      const before = turns.get(runId) ?? Promise.resolve();
      const turn = before.then(async () => use(await current(runId)));
      const ended = turn.catch(() => undefined);
      turns.set(runId, ended);
      try {
        return await turn;
      } finally {
        if (turns.get(runId) === ended) turns.delete(runId);
      }
    },
    has: (runId) => views.has(runId),
    refreshOpen,
    add(view, entry) {
      const known = add(view, entry);
      if (known) remember(known);
      return known;
    },
    drop: (runId) => void views.delete(runId),
  };
}

const begin = (runId: string, graph: RunGraph, state: RunState): RunView => ({
  runId,
  graph,
  beginning: undefined,
  state,
  eventIds: new Set(),
  open: new Map(),
});

/** The ones that wait longest first, and of one time in their order. */
export function sortedItems(items: readonly OutboxItem[]): OutboxItem[] {
  const keyed = items.map((item) => {
    const { runId, version, index } = parseItemId(item.id);
    return { item, tie: `${runId}/${itemSortKey(version, index)}` };
  });
  keyed.sort((a, b) => a.item.notBeforeMs - b.item.notBeforeMs || (a.tie < b.tie ? -1 : 1));
  return keyed.map(({ item }) => item);
}
