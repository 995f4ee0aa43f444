import { type Pipeline, type Schedule, schedulesIn } from "@snowmelt/core/definition";
import { type RunEvent, type RunRequest, RunWork, runIdOf } from "@snowmelt/core/engine";
import type { Signal } from "./parse-trigger.ts";

/** The runs that a signal asks for, by the definitions that are released in the environment. Pure. */
export function planRequests(
  signal: Signal,
  { environment, pipelines }: { readonly environment: string; readonly pipelines: readonly Pipeline[] },
): readonly RunRequest[] {
  if (signal.kind === "request") return [signal.request];
  const cause =
    signal.kind === "object"
      ? signal.cause
      : ({ kind: "after", pipeline: signal.ended.pipeline, runId: signal.ended.runId } as const);
  return pipelines
    .filter((pipeline) =>
      schedulesIn(pipeline, environment).some((schedule) => isMet(schedule, signal, { environment, pipeline })),
    )
    .map(({ name }) => ({ pipeline: name, environment, cause, work: RunWork.parse({ kind: "live" }) }));
}

/** Under one id however often it is told: the engine takes the first. */
export function toRequestedEvent(request: RunRequest, atMs: number): Extract<RunEvent, { readonly type: "requested" }> {
  const runId = runIdOf(request);
  const trigger = JSON.parse(JSON.stringify(request)) as RunEvent extends infer _ ? Record<string, never> : never;
  return { id: `requested/${runId}`, type: "requested", runId, atMs, trigger };
}

function isMet(
  schedule: Schedule,
  signal: Exclude<Signal, { readonly kind: "request" }>,
  { environment, pipeline }: { readonly environment: string; readonly pipeline: Pipeline },
): boolean {
  if (signal.kind === "object") {
    if (schedule.kind !== "object") return false;
    const { bucket, key } = signal.cause;
    const { prefix, suffix = "" } = schedule;
    const expected = schedule.bucket ?? bucketOf(pipeline, environment);
    return bucket === expected && key.startsWith(prefix) && key.endsWith(suffix);
  }
  if (schedule.kind !== "after") return false;
  const { ended } = signal;
  const isEnough = ended.status === "succeeded" || (schedule.partial && ended.status === "partial");
  return isEnough && ended.environment === environment && ended.pipeline === schedule.pipeline;
}

/** Of the environment's lake; undefined where that is a folder. */
function bucketOf({ platform }: Pipeline, environment: string): string | undefined {
  const root = platform.environments[environment]?.lake.root ?? "";
  return root.startsWith("s3://") ? new URL(root).hostname : undefined;
}
