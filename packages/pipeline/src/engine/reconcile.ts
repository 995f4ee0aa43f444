import { metricOf } from "@snowmelt/core/alerts";
import { hasEnded } from "@snowmelt/core/engine";
import { type CarryOutPorts, carryOut } from "./carry-out.ts";
import { type DrivePorts, driveRun } from "./drive-run.ts";
import { eachPage } from "./each-page.ts";
import type { EngineStores } from "./engine-stores.ts";

export interface ReconcilePorts extends DrivePorts, CarryOutPorts {
  readonly runs: EngineStores["runs"];
  readonly clock: DrivePorts["clock"] & CarryOutPorts["clock"];
  readonly metrics: CarryOutPorts["metrics"];
}

export interface ReconcileOptions {
  /** Nothing new is begun after it. */
  readonly deadlineAtMs?: number;
  /** Looked at together. */
  readonly pageSize?: number;
}

export interface ReconcileReport {
  readonly ticked: number;
  readonly carriedOut: number;
  readonly failed: number;
  /** Runs that could not be told the time: written by a newer version. */
  readonly refused: readonly string[];
  /** False where the time was up before everything was looked at. */
  readonly isComplete: boolean;
}

/**
 * Finds what got lost: runs whose deadline has passed, and commands that nobody carried out, alerts among them. Meant for every
 * minute; any number of them at once do no harm. One that cannot be helped keeps none of the others waiting.
 */
export async function reconcile(ports: ReconcilePorts, options: ReconcileOptions = {}): Promise<ReconcileReport> {
  const { runs, clock, logger, metrics } = ports;
  const { deadlineAtMs = Number.POSITIVE_INFINITY, pageSize = 100 } = options;
  const beganAtMs = clock.nowMs();
  /** Neither waits for the other where that has too much to do: each has its share of the time. */
  const until = (share: number) => (): boolean => clock.nowMs() < beganAtMs + (deadlineAtMs - beganAtMs) * share;
  const refused: string[] = [];
  const sums = { ticked: 0, carriedOut: 0, failed: 0 };
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      sums.failed++;
      logger.log("error", `The reconciler could not see to ${what}.`, {
        error: error instanceof Error ? error.name : "",
      });
    }
  };

  const isOutboxDone = await eachPage(
    (limit) => runs.pending(clock.nowMs(), { limit }),
    { pageSize, isTime: until(1 / 2), idOf: ({ id }) => id },
    (item) =>
      attempt(`command ${item.id}`, async () => {
        const { done, failed } = await carryOut(ports, [item]);
        sums.carriedOut += done;
        sums.failed += failed;
      }),
  );
  const isRunsDone = await eachPage(
    (limit) => runs.due(clock.nowMs(), limit),
    { pageSize, isTime: until(1), idOf: (runId) => runId },
    (runId) =>
      attempt(`run ${runId}`, async () => {
        if (await tickRun(ports, runId)) sums.ticked++;
        else refused.push(runId);
      }),
  );
  const isComplete = isRunsDone && isOutboxDone;
  metrics.record(metricOf("OverdueRuns", sums.ticked, {}));
  if (refused.length > 0)
    logger.log("error", "Runs of a newer version are left alone.", { runs: refused.slice(0, 20) });
  return { ...sums, refused, isComplete };
}

/** False where the run cannot be touched. What comes of it is carried out at once. */
async function tickRun(ports: ReconcilePorts, runId: string): Promise<boolean> {
  const outcome = await driveRun(ports, runId, (run) =>
    run && !hasEnded(run.state)
      ? { id: `tick/${runId}/${run.state.version}`, type: "ticked", runId, atMs: ports.clock.nowMs() }
      : undefined,
  );
  if (outcome.kind === "done") await carryOut(ports, outcome.outbox, outcome.run);
  return outcome.kind !== "refused" || outcome.code === "RUN_UNKNOWN";
}
