import { checkFreshness } from "@snowmelt/core/alerts";
import type { Logger, Metrics } from "@snowmelt/core/ports";
import { durationMs } from "@snowmelt/core/types";
import type { Engine, EngineStores } from "@snowmelt/pipeline/engine";
import type { ReleasedPipelines } from "@snowmelt/pipeline/release";

export interface FreshnessPorts {
  readonly engine: Pick<Engine, "tellIncident">;
  readonly stores: Pick<EngineStores, "runs">;
  readonly released: ReleasedPipelines;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Runs that are looked at for the last one that published a dataset. Of one that is not among them, the oldest is the age. */
const maxRuns = 200;

/**
 * Tells the incidents of every dataset whose pipeline promises freshness, whether anything ran or not. Tells how many are stale. One
 * that fails keeps no other waiting.
 */
export async function checkAllFreshness(ports: FreshnessPorts, nowMs: number): Promise<number> {
  const { engine, released, logger, metrics } = ports;
  const { environment } = released;
  let stale = 0;
  for (const { name: pipeline, sla, datasets } of await released.list()) {
    if (!sla) continue;
    const published = await publishedAt(ports, pipeline, Object.keys(datasets));
    const sinceMs = Math.min(published.oldestMs, await released.releasedAtMs());
    for (const dataset of Object.keys(datasets)) {
      const promise = { environment, pipeline, dataset, sinceMs, freshnessMs: durationMs(sla.freshness) };
      const { isFresh, command, metric } = checkFreshness(promise, published.atMs.get(dataset), nowMs);
      metrics.record(metric);
      if (!isFresh) stale++;
      const common = { id: `freshness/${command.dedupKey}/${nowMs}`, atMs: nowMs };
      const event =
        command.type === "raise"
          ? {
              ...common,
              type: "raised" as const,
              dedupKey: command.dedupKey,
              severity: command.severity,
              summary: command.summary,
              subject: { environment, pipeline, dataset },
            }
          : { ...common, type: "recovered" as const };
      await engine.tellIncident(command.dedupKey, event).catch((error: unknown) => {
        const what = error instanceof Error ? error.name : typeof error;
        logger.log("error", "Freshness could not be told; the next minute tries again.", { pipeline, dataset, what });
      });
    }
  }
  return stale;
}

/** When each dataset was last published by a run, and when the oldest run that was looked at was asked for. */
async function publishedAt(
  { stores, released }: FreshnessPorts,
  pipeline: string,
  datasets: readonly string[],
): Promise<{ readonly atMs: ReadonlyMap<string, number>; readonly oldestMs: number }> {
  const atMs = new Map<string, number>();
  let oldestMs = Number.POSITIVE_INFINITY;
  let looked = 0;
  for await (const run of stores.runs.list({ environment: released.environment, pipeline })) {
    oldestMs = Math.min(oldestMs, run.requestedAtMs);
    for (const dataset of datasets) {
      if (run.endedAtMs === null || run.tasks[dataset]?.status !== "succeeded") continue;
      if (!atMs.has(dataset)) atMs.set(dataset, run.endedAtMs);
    }
    if (atMs.size === datasets.length || ++looked >= maxRuns) break;
  }
  return { atMs, oldestMs };
}
