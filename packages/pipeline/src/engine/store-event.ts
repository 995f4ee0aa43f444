import type { RunEvent } from "@snowmelt/core/engine";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { driveRun, type EventOutcome } from "./drive-run.ts";
import type { RunStore } from "./run-store.ts";

/**
 * Stores an event of a run that is there, with all that is to be done about it, and does nothing of that: whoever drives the run finds
 * it in the outbox, a reconciler within its minute. For whoever has neither its carriers nor its channels. Safe to repeat under the
 * same event id. Outcomes and errors as of `Engine.handle`.
 */
export function storeEvent(runs: RunStore, event: RunEvent): Promise<EventOutcome> {
  const planGraph = () => Promise.reject(new RangeError(`${event.type} begins no run`));
  return driveRun({ runs, planGraph, clock: systemClock, random: systemRandom }, event.runId, () => event);
}
