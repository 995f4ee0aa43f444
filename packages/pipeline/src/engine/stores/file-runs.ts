import { hasEnded, runSchemaVersion } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { ForgetOptions, OutboxItem, RunChange, RunChangeOutcome, RunStore } from "../run-store.ts";
import { openOrderedIndex } from "./ordered-index.ts";
import type { OutboxMarks } from "./outbox-marks.ts";
import type { RunLog } from "./run-log.ts";
import { auditOf, planLogEntry } from "./run-log-entry.ts";
import type { ListedRun, RunPlaces } from "./run-places.ts";
import { deadlineOf, matches, parseItemId, recordsOf } from "./run-records.ts";
import { type RunView, type RunViews, sortedItems } from "./run-views.ts";

export interface FileRunParts {
  readonly log: RunLog;
  readonly marks: OutboxMarks;
  readonly places: RunPlaces;
  readonly views: RunViews;
}

export function openFileRuns(parts: FileRunParts): RunStore {
  const { log, marks, places, views } = parts;
  const closeIfDone = async (view: RunView): Promise<void> => {
    if (!hasEnded(view.state) || view.open.size > 0) return;
    await places.close(view.runId, view.state.version);
    views.drop(view.runId);
  };
  const openItems = (runId: string): Promise<OutboxItem[]> =>
    views.with(runId, async (view) => {
      if (!view) return [];
      await views.refreshOpen(view);
      const items = [...view.open.values()];
      await closeIfDone(view);
      return items;
    });
  const commit = async (change: RunChange, view: RunView | undefined): Promise<RunChangeOutcome> => {
    const { state, before, event } = change;
    if (view?.eventIds.has(event.id)) return { kind: "seen" };
    if (view?.state.version !== before?.version) return { kind: "lost" };
    if (!before && (await log.isLeftOver(state.runId))) await log.wipe(state.runId);
    if (!before || hasEnded(before)) await places.open(state.runId, state.version);
    if (!before) await places.list(state);
    // A copy, as it is read by another: nobody can change it any more.
    const entry = structuredClone(planLogEntry(change));
    if (!(await log.append(entry))) return { kind: "lost" };
    const after = views.add(view, entry);
    if (after) await closeIfDone(after);
    return { kind: "done", outbox: structuredClone(recordsOf(change).outbox) };
  };

  return {
    async read(runId) {
      if (!views.has(runId)) return log.readLatest(runId);
      return views.with(runId, async (view) => view && structuredClone({ state: view.state, graph: view.graph }));
    },
    async commit(change) {
      recordsOf(change);
      const { runId } = change.state;
      const outcome = await views.with(runId, (view) => commit(change, view));
      if (outcome.kind !== "lost") return outcome;
      // By another sender of the same event, maybe.
      return views.with(runId, async (view) => (view?.eventIds.has(change.event.id) ? { kind: "seen" } : outcome));
    },
    async *audit(runId) {
      if (!(await log.readLatest(runId))) return;
      for (let version = 1; ; version++) {
        const entry = await log.entry(runId, version);
        if (entry?.kind !== "changed") return;
        yield auditOf(entry);
      }
    },
    async *list(filter = {}) {
      for await (const { runId, requestedAtMs } of places.listed()) {
        const run = await unlessNewer(() => log.readLatest(runId));
        if (run?.state.requestedAtMs === requestedAtMs && matches(filter, run.state)) yield run.state;
      }
    },
    async due(nowMs, limit) {
      const index = openOrderedIndex();
      for (const runId of await places.opened()) {
        const state = await unlessNewer(() => views.with(runId, async (view) => view?.state));
        const at = state && deadlineOf(state);
        if (at !== undefined) index.add({ at, tie: runId });
      }
      return index.upTo(nowMs, limit).map(({ tie }) => tie);
    },
    async pending(nowMs, { limit, runId }) {
      const found: OutboxItem[] = [];
      for (const each of runId === undefined ? await places.opened() : [runId]) {
        found.push(...((await unlessNewer(() => openItems(each))) ?? []));
      }
      return structuredClone(sortedItems(found.filter(({ notBeforeMs }) => notBeforeMs <= nowMs)).slice(0, limit));
    },
    take: (item, { nowMs, untilMs }) =>
      views.with(item.runId, async (view) => {
        if (!view?.open.has(item.id)) return undefined;
        await views.refreshOpen(view);
        const now = view.open.get(item.id);
        if (now?.attempts !== item.attempts || now.notBeforeMs > nowMs) return undefined;
        const taken: OutboxItem = { ...now, attempts: now.attempts + 1, notBeforeMs: untilMs };
        if (!(await marks.take(parseItemId(item.id), taken))) return undefined;
        view.open.set(item.id, taken);
        return structuredClone(taken);
      }),
    settle: (item) =>
      views.with(item.runId, async (view) => {
        if (!view?.open.has(item.id)) return;
        await marks.settle(parseItemId(item.id));
        view.open.delete(item.id);
        await closeIfDone(view);
      }),
    async forget(endedBeforeMs, { limit, before }) {
      let forgotten = 0;
      for await (const place of places.listed(endedBeforeMs)) {
        if (forgotten >= limit) break;
        const outcome = await unlessNewer(() => forget(parts, place, { endedBeforeMs, before }));
        if (outcome === "forgotten") forgotten++;
        if (outcome === undefined || outcome === "stays") continue;
        await places.unlist(place);
      }
      return forgotten;
    },
  };
}

/** Longer than any process takes from listing a run to beginning it. */
const beginMs = 60 * 60_000;

/**
 * The end of the log is put first, so that nobody's change comes behind it; then all of it goes. `leftover`: there is a place in the
 * list and no run for it, since whoever began or forgot it died.
 */
async function forget(
  { log, places, views }: FileRunParts,
  { runId, listedAtMs }: ListedRun,
  { endedBeforeMs, before }: { readonly endedBeforeMs: number; readonly before: ForgetOptions["before"] },
): Promise<"forgotten" | "leftover" | "stays"> {
  const run = await log.readLatest(runId);
  if (run) {
    const { endedAtMs, version } = run.state;
    if (endedAtMs === null || endedAtMs >= endedBeforeMs) return "stays";
    await before?.(run);
    const end = { schemaVersion: runSchemaVersion, kind: "forgotten", runId, version: version + 1 } as const;
    if (!(await log.append(end))) return "stays";
  } else if (!(await log.isLeftOver(runId)) && listedAtMs >= endedBeforeMs - beginMs) {
    return "stays";
  }
  await log.wipe(runId);
  await places.close(runId, Number.MAX_SAFE_INTEGER);
  views.drop(runId);
  return run ? "forgotten" : "leftover";
}

/** Of a run of a newer form nothing can be said; others must not suffer for it. */
async function unlessNewer<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isSnowmeltError(error, "RUN_STATE_NEWER")) return undefined;
    throw error;
  }
}
