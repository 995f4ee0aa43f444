import { type GraphRequest, type JsonRecord, planRunGraph, type RunGraph, type StagePlan } from "@snowmelt/core/engine";
import { coreError } from "@snowmelt/core/errors";
import { type EngineStores, runToEnd } from "../engine/index.ts";
import type { DatasetResult } from "../manifest.ts";
import { forgetRunLease, openRunLease } from "./end-dead-runs.ts";
import { openRoutineRunners, type TaskRoutines } from "./routine-runners.ts";
import type { RunContext } from "./run-context.ts";

/** What a run of this process has beside what its stages share. */
export interface RunControl {
  readonly stores: EngineStores;
  /** Strikes out the run's secrets. */
  readonly redact: (text: string) => string;
  /** Ends the run, as its signal does. */
  readonly cancel: (reason: unknown) => void;
}

const weekMs = 7 * 24 * 3_600_000;

export interface EngineRun {
  /** Of the tasks that were begun, by their names. */
  readonly results: ReadonlyMap<string, DatasetResult>;
  /** Why the others were not, if there are any: the run was cancelled, or its store failed. */
  readonly reason: unknown;
}

/**
 * Drives tasks of this process by the run engine, one after the other. They are in the run store while they go on and after it, and
 * a cancel that somebody stores there holds here. Never throws: what cannot go on as the store fails is given up for that.
 */
export async function runOnEngine(
  context: RunContext,
  { stores, redact, cancel }: RunControl,
  {
    runId,
    request,
    routines,
  }: { readonly runId: string; readonly request: GraphRequest; readonly routines: TaskRoutines },
): Promise<EngineRun> {
  const { definition, environmentName: environment, clock, random, logger, metrics, signal } = context;
  const { runners, results } = openRoutineRunners(routines, { redact, onStopped: cancel });
  let reason: unknown = coreError(
    "ABORTED",
    "The run was cancelled. Nothing half-done is visible; the next run goes on.",
  );
  try {
    await using _lease = await openRunLease(context, { runId, holder: context.runId });
    const cause = { kind: "manual", by: "snowmelt run", requestId: runId } as const;
    await runToEnd({
      stores,
      runners,
      runId,
      graph: ofOneProcess(planRunGraph(definition, environment, request), routines),
      trigger: { pipeline: definition.name, environment, cause, ...triggerOf(request) },
      signal,
      clock,
      random,
      logger,
      metrics,
    });
  } catch (error) {
    reason = error;
    const name = error instanceof Error ? error.name : typeof error;
    logger.log("error", "the run cannot go on, as its store failed", { runId, error: name });
  }
  await forgetRunLease(context, runId).catch(() => undefined);
  return { results: await results(reason), reason };
}

/** As a `RunRequest` has it. */
const triggerOf = ({ datasets, work, maxActive }: GraphRequest): JsonRecord => ({
  work: work.kind === "backfill" ? { ...work, slices: work.slices.map((slice) => ({ ...slice })) } : { ...work },
  ...(datasets ? { datasets: [...datasets] } : {}),
  ...(maxActive === undefined ? {} : { maxActive }),
});

/**
 * One task after the other, each stage once: what fails is given up by its process, which says so at once, and the next run goes on
 * from the table. A person waits, so no time is too long unless the definition says so.
 */
function ofOneProcess(graph: RunGraph, routines: TaskRoutines): RunGraph {
  const once = (stage: StagePlan): StagePlan => ({
    ...stage,
    retry: { ...stage.retry, attempts: 1 },
    timeoutMs: weekMs,
    giveUpMs: weekMs,
  });
  const tasks = graph.tasks.filter(({ name }) => routines.has(name));
  return { ...graph, maxActive: 1, tasks: tasks.map((task) => ({ ...task, stages: task.stages.map(once) })) };
}
