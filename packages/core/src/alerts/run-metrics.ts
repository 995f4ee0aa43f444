import { hasEnded, type RunGraph, type RunState, TaskWork } from "../engine/index.ts";
import type { Metric } from "../ports/index.ts";
import { metricOf } from "./metric-catalogue.ts";

/**
 * What a change of a run's state means in numbers: tries after the first, stages, tasks and runs that ended. To be recorded by whoever
 * got the change stored, which is one. Pure.
 */
export function planRunMetrics(
  { tasks }: RunGraph,
  before: RunState | undefined,
  state: RunState,
  atMs: number,
): readonly Metric[] {
  const of = { Environment: state.environment, Pipeline: state.pipeline };
  const ofTasks = tasks
    .filter(({ name }) => before?.tasks[name] !== state.tasks[name])
    .flatMap(({ name, work }) => {
      const dimensions = { ...of, Dataset: datasetOf(name, work) };
      return taskMetrics(before?.tasks[name], state.tasks[name], dimensions, atMs);
    });
  if (!hasEnded(state) || (before && hasEnded(before))) return ofTasks;
  const { status, requestedAtMs } = state;
  return [
    ...ofTasks,
    metricOf("RunsSucceeded", status === "succeeded" ? 1 : 0, of),
    metricOf("RunsFailed", status === "failed" || status === "partial" ? 1 : 0, of),
    metricOf("RunDuration", Math.max(0, (state.endedAtMs ?? atMs) - requestedAtMs), of),
  ];
}

type TaskState = RunState["tasks"][string];

function taskMetrics(
  before: TaskState | undefined,
  task: TaskState | undefined,
  of: { readonly Environment: string; readonly Pipeline: string; readonly Dataset: string },
  atMs: number,
): readonly Metric[] {
  const [was, is] = [before?.active, task?.active];
  const metrics: Metric[] = [];
  if (was && was.tries > 0 && is?.name !== was.name) {
    metrics.push(metricOf("StageDuration", Math.max(0, atMs - was.beganAtMs), { ...of, Stage: was.name }));
  }
  if (was && is && was.name === is.name && was.tries > 0 && is.tries > was.tries) {
    metrics.push(metricOf("StageRetries", is.tries - was.tries, { ...of, Stage: is.name }));
  }
  if (task?.status === "failed" && before?.status !== "failed") metrics.push(metricOf("DatasetsFailed", 1, of));
  return metrics;
}

/** Slices of a backfill are of their dataset. */
function datasetOf(name: string, work: unknown): string {
  const parsed = TaskWork.safeParse(work);
  return parsed.success && parsed.data.kind === "dataset" ? parsed.data.dataset : name;
}
