import { checkFreshness, planFreshness } from "@snowmelt/core/alerts";
import type { Pipeline } from "@snowmelt/core/definition";
import { checkDuration, type RunCommand, type RunState } from "@snowmelt/core/engine";
import type { Logger, Metrics, ObjectStore } from "@snowmelt/core/ports";
import { durationMs } from "@snowmelt/core/types";
import type { Engine } from "../engine/engine.ts";
import { mapConcurrent } from "../engine/map-concurrent.ts";
import type { RunStore } from "../engine/run-store.ts";
import { lookPublished } from "../state/published.ts";
import type { ReleasedPipelines } from "./open-release.ts";

export interface PromisePorts {
  readonly engine: Pick<Engine, "tellIncident">;
  readonly runs: Pick<RunStore, "due" | "read">;
  /** The store of the state, where the stages note what they published. */
  readonly objects: ObjectStore;
  readonly released: ReleasedPipelines;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface PromiseReport {
  readonly stale: number;
  readonly slow: number;
  /** Of which nobody knows this time. */
  readonly failed: number;
}

const concurrency = 8;
/** More runs under way than there are functions to work on them. */
const maxUnderWay = 5_000;

type Telling = Extract<RunCommand, { readonly type: "raise" | "recover" }>;

/**
 * Tells the incidents of what every released pipeline promises: how fresh its datasets are, whether anything ran or not, and how long
 * its runs take. Meant for every minute; what it reads is bounded by the datasets and by the runs under way, however many there were. One
 * that fails keeps no other waiting.
 */
export async function checkPromises(ports: PromisePorts, nowMs: number): Promise<PromiseReport> {
  const pipelines = (await ports.released.list()).filter(({ sla }) => sla !== undefined);
  const sums = { stale: 0, slow: 0, failed: 0 };
  const attempt = async (key: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      sums.failed++;
      const what = error instanceof Error ? error.name : typeof error;
      ports.logger.log("error", `Whether ${key} is as promised is not known; the next minute looks again.`, { what });
    }
  };
  await attempt("the age of datasets", async () => {
    sums.stale = await checkAges(ports, { pipelines, nowMs, attempt });
  });
  await attempt("the duration of runs", async () => {
    sums.slow = await checkDurations(ports, { pipelines, nowMs, attempt });
  });
  return sums;
}

interface Checking {
  readonly pipelines: readonly Pipeline[];
  readonly nowMs: number;
  readonly attempt: (key: string, work: () => Promise<void>) => Promise<void>;
}

async function checkAges(ports: PromisePorts, { pipelines, nowMs, attempt }: Checking): Promise<number> {
  const { released, objects, metrics } = ports;
  const { environment } = released;
  let stale = 0;
  const promises = pipelines.flatMap((pipeline) => planFreshness(pipeline, { environment, sinceMs: nowMs }));
  await mapConcurrent(promises, concurrency, (promise) =>
    attempt(`${promise.pipeline}/${promise.dataset}`, async () => {
      const { publishedAtMs, sinceMs } = await lookPublished(objects, promise, nowMs);
      const verdict = checkFreshness({ ...promise, sinceMs }, publishedAtMs ?? undefined, nowMs);
      metrics.record(verdict.metric);
      if (!verdict.isFresh) stale++;
      const { pipeline, dataset } = promise;
      await tell(ports, { command: verdict.command, subject: { environment, pipeline, dataset }, nowMs });
    }),
  );
  return stale;
}

async function checkDurations(ports: PromisePorts, { pipelines, nowMs, attempt }: Checking): Promise<number> {
  const { environment } = ports.released;
  const promises = pipelines.flatMap(({ name: pipeline, sla }) =>
    sla?.duration === undefined ? [] : [{ environment, pipeline, durationMs: durationMs(sla.duration) }],
  );
  if (promises.length === 0) return 0;
  let slow = 0;
  const underWay = await runsUnderWay(ports);
  await mapConcurrent(promises, concurrency, (promise) =>
    attempt(promise.pipeline, async () => {
      const command = checkDuration(promise, underWay, nowMs);
      if (command.type === "raise") slow++;
      const { pipeline } = promise;
      await tell(ports, { command, subject: { environment, pipeline }, nowMs });
    }),
  );
  return slow;
}

/** A run has a time at which somebody looks at it for as long as it has not ended. */
async function runsUnderWay({ runs, logger }: PromisePorts): Promise<readonly RunState[]> {
  const ids = await runs.due(Number.MAX_SAFE_INTEGER, maxUnderWay);
  if (ids.length === maxUnderWay) {
    logger.log("warn", "There are more runs under way than are looked at.", { runs: maxUnderWay });
  }
  const found = await mapConcurrent(ids, concurrency, (runId) => runs.read(runId).catch(() => undefined));
  return found.flatMap((run) => (run ? [run.state] : []));
}

async function tell(
  { engine }: PromisePorts,
  {
    command,
    subject,
    nowMs,
  }: {
    readonly command: Telling;
    readonly subject: { readonly environment: string; readonly pipeline: string; readonly dataset?: string };
    readonly nowMs: number;
  },
): Promise<void> {
  const { dedupKey } = command;
  const common = { id: `promise/${dedupKey}/${nowMs}`, atMs: nowMs };
  if (command.type === "recover") return void (await engine.tellIncident(dedupKey, { ...common, type: "recovered" }));
  const { severity, summary } = command;
  await engine.tellIncident(dedupKey, { ...common, type: "raised", dedupKey, severity, summary, subject });
}
