import type { RunState } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { type Engine, type EngineStores, openEngine, quietPolicy } from "../engine/index.ts";
import { openLease } from "../state/lease.ts";
import type { RunContext } from "./run-context.ts";

/** Runs looked at: more of them are the next run's. */
const limit = 100;
/** A process that cannot be seen, on another machine, is taken for gone after this long without a sign of life. */
const goneAfterMs = 24 * 3_600_000;

/** Held by a run while its process lives: seen by others of the machine, and gone with it. */
export const openRunLease = (
  { stateObjects: store, clock }: Pick<RunContext, "stateObjects" | "clock">,
  { runId, holder }: { readonly runId: string; readonly holder: string },
): Promise<AsyncDisposable> =>
  openLease({ store, lane: `runs/${runId}`, runId: holder, clock, expiresAfterMs: goneAfterMs });

/** Nobody asks for it again. */
export async function forgetRunLease({ stateObjects: store }: Pick<RunContext, "stateObjects">, runId: string) {
  for await (const { key } of store.list(`leases/runs/${runId}/`)) await store.delete(key);
}

/**
 * Ends the runs whose process was killed, so that the store says what is so: this run takes over what they left, from the table. A
 * run whose process lives, or may live, is left alone. Safe to repeat, also by several at once.
 */
export async function endDeadRuns(context: RunContext, stores: EngineStores): Promise<void> {
  const { runId: holder, clock, random, logger } = context;
  const engine = openEngine({
    stores,
    clock,
    random,
    logger,
    planGraph: () => Promise.reject(new RangeError("a run that is there has its graph")),
    carrier: { send: async () => undefined },
    policyOf: async () => quietPolicy,
    notify: async () => undefined,
    announce: async () => undefined,
  });
  for (const runId of await stores.runs.due(Number.MAX_SAFE_INTEGER, limit)) {
    try {
      await using _lease = await openRunLease(context, { runId, holder });
      await endRun(engine, stores, { runId, by: `run ${holder}, as its process is gone`, atMs: clock.nowMs() });
    } catch (error) {
      if (isSnowmeltError(error, "DATASET_BUSY")) continue;
      throw error;
    }
    await forgetRunLease(context, runId);
  }
}

/** What was under way ended with its process. */
async function endRun(
  engine: Engine,
  { runs }: EngineStores,
  { runId, by, atMs }: { readonly runId: string; readonly by: string; readonly atMs: number },
): Promise<void> {
  await engine.handle({ id: `${runId}/taken-over`, type: "cancelled", runId, atMs, by });
  const tasks: RunState["tasks"] = (await runs.read(runId))?.state.tasks ?? {};
  for (const { active } of Object.values(tasks)) {
    if (!active) continue;
    const { key, externalId } = active;
    const about = { id: `${key}/gone`, runId, key, atMs, externalId };
    await engine.handle({ ...about, type: "observed", truth: { is: "stopped" } });
  }
}
