import { planRunMetrics } from "@snowmelt/core/alerts";
import { decide, type RunEvent, type RunGraph } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { Clock, Metrics, Random } from "@snowmelt/core/ports";
import { engineError } from "./engine-error.ts";
import type { OutboxItem, RunStore, StoredRun } from "./run-store.ts";

export type RequestedEvent = Extract<RunEvent, { readonly type: "requested" }>;

export interface DrivePorts {
  readonly runs: RunStore;
  /** Of the definition as it is now. An error of Snowmelt's that is not retryable refuses the request. */
  readonly planGraph: (request: RequestedEvent) => Promise<RunGraph>;
  readonly clock: Pick<Clock, "sleep">;
  readonly random: Pick<Random, "float">;
  /** Told of each event that changed a run, once it is stored and before anything is done about it. */
  readonly onStored?: ((event: RunEvent, run: StoredRun) => void) | undefined;
  /** Of runs, stages and tries. @default none */
  readonly metrics?: Metrics | undefined;
}

export type EventOutcome =
  /** Stored, with what is to be done about it. */
  | { readonly kind: "done"; readonly run: StoredRun; readonly outbox: readonly OutboxItem[]; readonly note: string }
  /** It changes nothing: it is of the past, or there is nothing to be done. */
  | { readonly kind: "ignored"; readonly run: StoredRun; readonly note: string }
  | { readonly kind: "seen" }
  /** It will never be taken: nothing else is disturbed by it, and it belongs where somebody looks at it. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** Tries of one event, each upon what another has stored meanwhile, before it is given back to its queue. */
const maxTries = 200;

/**
 * Reads a run, decides what the event makes of it, and stores that with all its commands, again where another event came first.
 * `eventOf` is asked with what is stored; without an event nothing is done. Safe to repeat. RUN_CONTENDED (retryable) where it never
 * came first; errors of the store pass through.
 */
export async function driveRun(
  ports: DrivePorts,
  runId: string,
  eventOf: (run: StoredRun | undefined) => RunEvent | undefined,
): Promise<EventOutcome> {
  const { runs, clock, random } = ports;
  for (let tries = 0; tries < maxTries; tries++) {
    const found = await readRun(runs, runId);
    if ("refused" in found) return refusal(found.refused);
    const event = eventOf(found.run);
    if (!event) return found.run ? { kind: "ignored", run: found.run, note: "nothing to tell" } : unknown(runId);
    if (!found.run && event.type !== "requested") return unknown(runId);
    const planned = found.run ? { graph: found.run.graph } : await graphOf(ports, event);
    if ("refused" in planned) return refusal(planned.refused);
    const { graph } = planned;
    const before = found.run?.state;
    const decision = decide(graph, before, event);
    const run: StoredRun = { state: decision.state, graph };
    if (decision.state === before) return { kind: "ignored", run, note: decision.note };
    const stored = await runs.commit({ event, before, graph, ...decision });
    if (stored.kind === "done") {
      ports.onStored?.(event, run);
      for (const metric of planRunMetrics(graph, before, decision.state, event.atMs)) ports.metrics?.record(metric);
      return { kind: "done", run, outbox: stored.outbox, note: decision.note };
    }
    if (stored.kind === "seen") return { kind: "seen" };
    if (tries > 2) await clock.sleep(Math.floor(random.float() * Math.min(500, 5 * 2 ** tries)));
  }
  throw engineError("RUN_CONTENDED", `An event of run ${runId} lost against others ${maxTries} times.`, {
    details: { runId },
  });
}

interface Refused {
  readonly refused: { readonly code: string; readonly message: string };
}

/** A run that a newer version wrote is not touched, and said to be so. */
async function readRun(runs: RunStore, runId: string): Promise<{ readonly run: StoredRun | undefined } | Refused> {
  try {
    return { run: await runs.read(runId) };
  } catch (error) {
    if (!isSnowmeltError(error, "RUN_STATE_NEWER")) throw error;
    return { refused: error };
  }
}

async function graphOf(ports: DrivePorts, event: RunEvent): Promise<{ readonly graph: RunGraph } | Refused> {
  if (event.type !== "requested") throw new RangeError(`run ${event.runId} cannot begin with ${event.type}`);
  try {
    return { graph: await ports.planGraph(event) };
  } catch (error) {
    if (!isSnowmeltError(error) || error.retryable) throw error;
    return { refused: error };
  }
}

const refusal = ({ code, message }: Refused["refused"]): EventOutcome => ({ kind: "refused", code, message });

const unknown = (runId: string): EventOutcome => ({
  kind: "refused",
  code: "RUN_UNKNOWN",
  message: `There is no run ${runId}; it was never begun, or is forgotten.`,
});
