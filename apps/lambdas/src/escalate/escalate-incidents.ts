import type { Logger } from "@snowmelt/core/ports";
import type { Engine, EngineStores } from "@snowmelt/pipeline/engine";

const pageSize = 100;

/** Has each incident whose time has come look at the clock. One that fails keeps no other waiting. Tells how many. */
export async function escalateIncidents(
  { engine, stores, logger }: { readonly engine: Engine; readonly stores: EngineStores; readonly logger: Logger },
  nowMs: number,
): Promise<number> {
  const due = await stores.incidents.due(nowMs, pageSize);
  for (const dedupKey of due) {
    try {
      await engine.tellIncident(dedupKey, { id: `tick/${dedupKey}/${nowMs}`, type: "ticked", atMs: nowMs });
    } catch (error) {
      logger.log("error", "An incident could not be escalated; the next minute tries again.", {
        dedupKey,
        error: error instanceof Error ? error.name : typeof error,
      });
    }
  }
  return due.length;
}
