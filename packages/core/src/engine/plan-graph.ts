import {
  definitionHash,
  type Pipeline,
  type RunSettings,
  resolveExtract,
  resolveRunSettings,
} from "../definition/index.ts";
import { coreError } from "../errors/index.ts";
import { type Duration, durationMs } from "../types/index.ts";
import { RunGraph, type StagePlan, type TaskPlan } from "./run-graph.ts";
import type { RunRequest } from "./run-request.ts";
import { defaultStage, type Route } from "./stage-defaults.ts";
import type { StageName } from "./stage-name.ts";
import type { TaskWork } from "./task-work.ts";

/** Tasks of a run that are at work at a time: as many queries as a warehouse of Snowflake runs side by side unless told otherwise. */
const defaultMaxActive = 8;
const defaultPauseReminderMs = 3_600_000;

/** Nine minutes on the way, a function that lives for 15, and one that clocks may differ by: who would live longer does not begin. */
const dispatchMs = 25 * 60_000;

const datasetStages = ["claim", "extract", "land", "verify", "check", "commit", "catalog", "publish"] as const;
const transformStages = ["claim", "transform", "publish"] as const;

/** What of a request the plan depends on. */
export type GraphRequest = Pick<RunRequest, "datasets" | "work" | "maxActive">;

/**
 * What a run of the pipeline does in an environment: a task for each dataset, or for each slice of a backfill, and for each
 * transform whose datasets are among them. Pure: the same definition and request give the same graph. RUN_REQUEST_REFUSED
 * for what the definition does not have, or what cannot be asked of it.
 */
export function planRunGraph(definition: Pipeline, environment: string, request: GraphRequest): RunGraph {
  checkRequest(definition, environment, request);
  const settings = resolveRunSettings(definition, environment);
  const plan: Planning = { definition, environment, settings };
  const { work } = request;
  const isBackfill = work.kind === "backfill";
  return RunGraph.parse({
    pipeline: definition.name,
    environment,
    definitionHash: definitionHash(definition),
    maxActive: request.maxActive ?? (isBackfill ? 1 : (settings.maxActive ?? defaultMaxActive)),
    dispatchMs,
    pauseReminderMs: msOf(settings.pauseReminder) ?? defaultPauseReminderMs,
    tasks: isBackfill ? sliceTasks(plan, work) : [...datasetTasks(plan, request), ...transformTasks(plan, request)],
  } satisfies RunGraph);
}

interface Planning {
  readonly definition: Pipeline;
  readonly environment: string;
  readonly settings: RunSettings;
}

function datasetTasks(plan: Planning, { datasets, work }: GraphRequest): TaskPlan[] {
  const purpose = { kind: work.kind === "refresh" ? "refresh" : "live" } as const;
  return Object.keys(plan.definition.datasets)
    .filter((dataset) => datasets?.includes(dataset) ?? true)
    .map((dataset) => ({
      name: dataset,
      after: [],
      resource: resourceOf(plan, dataset),
      work: { kind: "dataset", dataset, purpose } satisfies TaskWork,
      stages: datasetStages.map((stage) => stagePlan(plan, stage, routeOf(plan, dataset))),
    }));
}

/** What the task of a slice of a backfill is called. */
export const sliceTask = (
  dataset: string,
  { backfillId, number }: { readonly backfillId: string; readonly number: number },
): string => `${dataset}.${backfillId}.${number}`;

/** Each on a lane of its own: one that fails holds up no other. */
function sliceTasks(
  plan: Planning,
  { dataset, backfillId, slices }: Extract<GraphRequest["work"], { readonly kind: "backfill" }>,
): TaskPlan[] {
  const stages = datasetStages.map((stage) => stagePlan(plan, stage, routeOf(plan, dataset)));
  return slices.map((window, index) => {
    const slice = { backfillId, number: index + 1, of: slices.length, window };
    return {
      name: sliceTask(dataset, slice),
      after: [],
      resource: `${resourceOf(plan, dataset)}/backfill/${backfillId}/${window.lo}_${window.hi}`,
      work: { kind: "dataset", dataset, purpose: { kind: "slice", slice } } satisfies TaskWork,
      stages,
    };
  });
}

/** Those that all of whose datasets are in the run; a selection leaves the others for the next run. */
function transformTasks(plan: Planning, { datasets }: GraphRequest): TaskPlan[] {
  return Object.entries(plan.definition.transforms ?? {})
    .filter(([, { after }]) => after.every((dataset) => datasets?.includes(dataset) ?? true))
    .map(([name, { after, name: extension, options }]) => ({
      name,
      after,
      resource: resourceOf(plan, name),
      work: { kind: "transform", transform: name, extension, options } satisfies TaskWork,
      stages: transformStages.map((stage) => stagePlan(plan, stage)),
    }));
}

/** What a lease is of: one run at a time works on it. */
const resourceOf = ({ definition, environment }: Planning, name: string): string =>
  `${environment}/${definition.name}/${name}`;

/** Whether Snowflake may come to write the files itself; which it is, the run finds out. */
function routeOf({ definition, environment }: Planning, dataset: string): Route {
  const { route } = resolveExtract(definition, dataset, environment);
  const hasStage = definition.platform.environments[environment]?.lake.stage !== undefined;
  return route === "unload" || (route === "auto" && hasStage) ? "unload" : "stream";
}

function stagePlan({ settings }: Planning, name: StageName, route?: Route): StagePlan {
  const base = defaultStage(name, route);
  const own = settings.stages?.[name] ?? {};
  const baseDelayMs = msOf(own.baseDelay) ?? base.retry.baseDelayMs;
  return {
    ...base,
    retry: {
      attempts: own.attempts ?? base.retry.attempts,
      baseDelayMs,
      maxDelayMs: msOf(own.maxDelay) ?? Math.max(baseDelayMs, base.retry.maxDelayMs),
    },
    timeoutMs: msOf(own.timeout) ?? base.timeoutMs,
    pollMs: msOf(own.poll) ?? base.pollMs,
    giveUpMs: msOf(own.giveUp) ?? Math.max(base.giveUpMs, msOf(own.timeout) ?? 0),
  };
}

const msOf = (duration: Duration | undefined): number | undefined =>
  duration === undefined ? undefined : durationMs(duration);

function checkRequest(definition: Pipeline, environment: string, { datasets = [], work }: GraphRequest): void {
  const { environments } = definition.platform;
  if (!Object.hasOwn(environments, environment)) {
    throw refused(
      `The platform ${definition.platform.name} has no environment ${JSON.stringify(environment)}; known are ${Object.keys(environments).join(", ")}.`,
    );
  }
  const known = Object.keys(definition.datasets);
  const wanted = work.kind === "backfill" ? [...datasets, work.dataset] : datasets;
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw refused(
      `The pipeline ${definition.name} has no dataset ${JSON.stringify(unknown)}; known are ${known.join(", ")}.`,
    );
  }
  if (work.kind === "backfill") checkBackfill(definition, datasets, work);
}

function checkBackfill(
  definition: Pipeline,
  datasets: readonly string[],
  { dataset, slices }: Extract<GraphRequest["work"], { readonly kind: "backfill" }>,
): void {
  if (datasets.some((name) => name !== dataset)) {
    throw refused(`A backfill is of one dataset: expected ${dataset} alone, got ${datasets.join(", ")}.`);
  }
  if (definition.datasets[dataset]?.sync.kind !== "incremental") {
    throw refused(
      `The dataset ${dataset} has no cursor, so there is no range of it to read again. Run it with a refresh instead.`,
    );
  }
  const lanes = new Set(slices.map(({ lo, hi }) => `${lo}_${hi}`));
  if (lanes.size < slices.length)
    throw refused(`The slices of a backfill of ${dataset} have to differ from each other.`);
}

const refused = (why: string) => coreError("RUN_REQUEST_REFUSED", why);
