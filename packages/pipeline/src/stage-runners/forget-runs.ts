import { TaskWork } from "@snowmelt/core/engine";
import type { ObjectStore } from "@snowmelt/core/ports";
import type { RunStore, StoredRun } from "../engine/index.ts";
import { laneOf } from "../plan/lane.ts";
import { openStageObjects } from "../state/stage-objects.ts";
import { openStateStore } from "../state/state-store.ts";

export interface ForgetRunsPorts {
  readonly runs: Pick<RunStore, "forget">;
  /** Where stages leave what goes from one to the next. */
  readonly state: ObjectStore;
}

/**
 * Forgets runs that ended before, with all that their stages left in the state store: objects first, then the run itself, so that
 * whoever is killed in between leaves a run that is found again. What an attempt left stays while its window is still to be landed.
 * Tells how many; again while it tells `limit`. Safe to repeat. Errors of the stores pass through.
 */
export function forgetRuns(
  { runs, state }: ForgetRunsPorts,
  endedBeforeMs: number,
  { limit = 100 }: { readonly limit?: number } = {},
): Promise<number> {
  return runs.forget(endedBeforeMs, { limit, before: (run) => sweep(state, run) });
}

async function sweep(store: ObjectStore, run: StoredRun): Promise<void> {
  const objects = openStageObjects(store);
  const { runId } = run.state;
  for (const attemptId of await attemptsOf(store, run)) await objects.forget(`attempts/${attemptId}/`);
  for (const kind of ["stages", "receipts", "entries", "runs"]) await objects.forget(`${kind}/${runId}/`);
}

/** Of the run's tasks, but for those that a lane still holds on to. */
async function attemptsOf(store: ObjectStore, { state, graph }: StoredRun): Promise<string[]> {
  const states = openStateStore(store);
  const { environment, pipeline } = state;
  const attempts: string[] = [];
  for (const { name, work } of graph.tasks) {
    const parsed = TaskWork.safeParse(work);
    if (!parsed.success || parsed.data.kind !== "dataset") continue;
    const { dataset, purpose } = parsed.data;
    const { pending } = await states.read(laneOf({ environment, pipeline, dataset }, purpose));
    const ids = Object.values(state.tasks[name]?.results ?? {}).map(({ attemptId }) => attemptId);
    for (const id of new Set(ids)) if (typeof id === "string" && id !== pending?.attemptId) attempts.push(id);
  }
  return attempts;
}
