import {
  type EscalationPolicy,
  hasEnded,
  type JsonRecord,
  type Notification,
  type RunEvent,
  type RunGraph,
  type RunState,
} from "@snowmelt/core/engine";
import { type Clock, type Logger, type Metrics, type Random, systemClock, systemRandom } from "@snowmelt/core/ports";
import type { Receipts, StageRunners } from "./carry-out-command.ts";
import { type Engine, openEngine } from "./engine.ts";
import { engineError } from "./engine-error.ts";
import type { EngineStores } from "./engine-stores.ts";
import { openInProcessCarrier } from "./in-process-carrier.ts";
import { quietPolicy } from "./quiet-policy.ts";

export interface RunToEndOptions {
  readonly stores: EngineStores;
  readonly runners: StageRunners;
  /** Begun if it is not there yet; else gone on with, upon the graph it began with. */
  readonly runId: string;
  readonly graph: RunGraph;
  readonly trigger: JsonRecord;
  readonly signal?: AbortSignal;
  /** After each event that changed the run. */
  readonly onEvent?: (event: RunEvent, state: RunState) => void;
  readonly receipts?: Receipts;
  /** @default one level, told to nobody */
  readonly policyOf?: (dedupKey: string) => Promise<EscalationPolicy>;
  readonly notify?: (notification: Notification) => Promise<void>;
  /** @default 4 */
  readonly concurrency?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

/** Looks at the clock at least so often, as another process may have had a hand in the run. */
const maxWaitMs = 5000;

/**
 * Drives one run to its end in this process. An abort cancels the run: what is under way is stopped, a commit is waited for, and the
 * cancelled run is the answer. A process that is killed leaves the run where it was; called again with the same stores and run, the
 * next one goes on. Errors of the stores pass through, and leave the run as resumable.
 */
export async function runToEnd(options: RunToEndOptions): Promise<RunState> {
  const { stores, runId, graph, trigger, signal, onEvent } = options;
  const { clock = systemClock, random = systemRandom } = options;
  let latest: RunState | undefined;
  let wake = new AbortController();
  const handle = async (event: RunEvent): Promise<void> => {
    const outcome = await engine.handle(event);
    if (outcome.kind === "refused") throw engineError("RUN_UNKNOWN", outcome.message, { details: { runId } });
    wake.abort();
  };
  const ports = { clock, random, ...pick(options, "logger"), ...pick(options, "metrics") };
  await using carrier = openInProcessCarrier({
    ...ports,
    ...pick(options, "concurrency"),
    stores,
    runners: options.runners,
    receipts: options.receipts,
    tell: handle,
  });
  const engine: Engine = openEngine({
    ...ports,
    stores,
    carrier,
    planGraph: async () => graph,
    policyOf: options.policyOf ?? (async () => quietPolicy),
    notify: options.notify ?? (async () => undefined),
    announce: async () => undefined,
    onStored: (event, { state }) => onEvent?.(event, state),
  });

  await handle({ id: `request/${runId}`, type: "requested", runId, atMs: clock.nowMs(), trigger });
  const cancel = (): void => wake.abort();
  signal?.addEventListener("abort", cancel);
  try {
    for (;;) {
      // Before looking: what happens meanwhile is seen at the next look.
      wake = new AbortController();
      if (signal?.aborted && latest?.status !== "cancelling") {
        await handle({ id: `cancel/${runId}`, type: "cancelled", runId, atMs: clock.nowMs(), by: "signal" });
        wake = new AbortController();
      }
      await engine.carryOut({ runId });
      latest = (await stores.runs.read(runId))?.state;
      if (!latest) throw engineError("RUN_UNKNOWN", `Run ${runId} is gone from its store.`, { details: { runId } });
      if (hasEnded(latest) && (await stores.runs.pending(clock.nowMs(), { limit: 1, runId })).length === 0)
        return latest;
      const nowMs = clock.nowMs();
      const dueAtMs = latest.deadlineAtMs ?? nowMs;
      if (!hasEnded(latest) && dueAtMs <= nowMs) {
        await handle({ id: `tick/${runId}/${latest.version}`, type: "ticked", runId, atMs: nowMs });
        continue;
      }
      await clock.sleep(Math.min(maxWaitMs, Math.max(1, dueAtMs - nowMs)), wake.signal).catch(() => undefined);
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

function pick<T, K extends keyof T>(from: T, name: K): { readonly [P in K]?: NonNullable<T[P]> } {
  const value = from[name];
  return (value === undefined || value === null ? {} : { [name]: value }) as { readonly [P in K]?: NonNullable<T[P]> };
}
