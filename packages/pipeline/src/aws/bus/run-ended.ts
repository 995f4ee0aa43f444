import { type RunState, RunStatus } from "@snowmelt/core/engine";
import { z } from "zod";

export const runEndedSource = "snowmelt";
export const runEndedType = "Snowmelt Run Ended";

/** The detail of the event that a run has ended: for rules of the bus, and for pipelines that come after. Loose: later versions say more. */
export const RunEnded = z.object({
  runId: z.string().min(1),
  pipeline: z.string().min(1),
  environment: z.string().min(1),
  definitionHash: z.string(),
  status: RunStatus,
  endedAt: z.iso.datetime().nullable(),
  /** How many tasks ended so. */
  tasks: z.record(z.string(), z.int()),
});
export type RunEnded = z.infer<typeof RunEnded>;

/** Counts tasks instead of naming them: an event has at most 256 KB, and a run may have a thousand. Pure. */
export function toRunEnded(run: RunState): RunEnded {
  const { runId, pipeline, environment, definitionHash, status, endedAtMs } = run;
  const tasks: Record<string, number> = {};
  for (const task of Object.values(run.tasks)) tasks[task.status] = (tasks[task.status] ?? 0) + 1;
  const endedAt = endedAtMs === null ? null : new Date(endedAtMs).toISOString();
  return { runId, pipeline, environment, definitionHash, status, endedAt, tasks };
}
