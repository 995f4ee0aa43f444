import type { Pipeline } from "../definition/index.ts";
import type { RunCommand } from "../engine/index.ts";
import type { Metric } from "../ports/index.ts";
import { durationMs, durationText } from "../types/index.ts";
import { metricOf } from "./metric-catalogue.ts";

/** How old what a dataset's table shows may become. */
export interface FreshnessPromise {
  readonly environment: string;
  readonly pipeline: string;
  readonly dataset: string;
  readonly freshnessMs: number;
  /** Since when it should have been published, such as the first deployment: what a dataset that never was is measured from. */
  readonly sinceMs: number;
}

/** One promise a dataset; none where the definition promises nothing. Pure. */
export function planFreshness(
  { name, datasets, sla }: Pick<Pipeline, "name" | "datasets" | "sla">,
  { environment, sinceMs }: Pick<FreshnessPromise, "environment" | "sinceMs">,
): readonly FreshnessPromise[] {
  if (!sla) return [];
  const freshnessMs = durationMs(sla.freshness);
  return Object.keys(datasets).map((dataset) => ({ environment, pipeline: name, dataset, freshnessMs, sinceMs }));
}

export interface FreshnessVerdict {
  readonly isFresh: boolean;
  readonly command: Extract<RunCommand, { readonly type: "raise" | "recover" }>;
  readonly metric: Metric;
}

/**
 * Whether a dataset is as fresh as is promised, as a command to the incidents. Looked at on a schedule of its own: where nothing runs
 * nothing fails, and no run would tell. `publishedAtMs` is of the last run that published it, whether it found rows or not. Pure.
 */
export function checkFreshness(
  promise: FreshnessPromise,
  publishedAtMs: number | undefined,
  nowMs: number,
): FreshnessVerdict {
  const { environment, pipeline, dataset, freshnessMs, sinceMs } = promise;
  const ageMs = Math.max(0, nowMs - (publishedAtMs ?? sinceMs));
  const isFresh = ageMs <= freshnessMs;
  const dedupKey = `${environment}/${pipeline}/${dataset}/freshness`;
  const metric = metricOf("FreshnessAge", ageMs, { Environment: environment, Pipeline: pipeline, Dataset: dataset });
  if (isFresh) return { isFresh, command: { type: "recover", dedupKey }, metric };
  const minutes = Math.max(1, Math.floor(ageMs / 60_000)) * 60_000;
  const last =
    publishedAtMs === undefined
      ? "it has never been published"
      : `it was last published at ${new Date(publishedAtMs).toISOString()}`;
  const summary = `${dataset} is stale: ${last}, ${durationText(minutes)} ago; at most ${durationText(freshnessMs)} are promised. Look whether its runs start, and where they wait.`;
  return { isFresh, command: { type: "raise", dedupKey, severity: "error", summary }, metric };
}
