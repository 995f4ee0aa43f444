import { durationText } from "../types/index.ts";
import type { RunCommand } from "./run-command.ts";
import { hasEnded, type RunState } from "./run-state.ts";

/** How long a run of the pipeline may take. */
export interface DurationPromise {
  readonly environment: string;
  readonly pipeline: string;
  readonly durationMs: number;
}

/**
 * Whether a run of the pipeline takes longer than is promised, as a command to the incidents: the longest under way is told of, and
 * nothing is said to be over before all are within their time. A run goes on for all that. Runs of others, and those that have
 * ended, are left aside. Looked at by the clock. Pure.
 */
export function checkDuration(
  { environment, pipeline, durationMs }: DurationPromise,
  runs: readonly Pick<RunState, "runId" | "environment" | "pipeline" | "status" | "requestedAtMs">[],
  nowMs: number,
): Extract<RunCommand, { readonly type: "raise" | "recover" }> {
  const dedupKey = `${environment}/${pipeline}/duration`;
  const [longest] = runs
    .filter((run) => run.environment === environment && run.pipeline === pipeline && !hasEnded(run))
    .toSorted((a, b) => a.requestedAtMs - b.requestedAtMs);
  const tookMs = longest ? nowMs - longest.requestedAtMs : 0;
  if (!longest || tookMs <= durationMs) return { type: "recover", dedupKey };
  const minutes = Math.max(1, Math.floor(tookMs / 60_000)) * 60_000;
  return {
    type: "raise",
    dedupKey,
    severity: "warning",
    summary: `Run ${longest.runId} of ${pipeline} in ${environment} is ${longest.status} for ${durationText(minutes)}; it is promised to take ${durationText(durationMs)} at most.`,
  };
}
