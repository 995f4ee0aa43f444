import type { EscalationPolicy, IncidentEvent, IncidentState, Notification, RunEvent } from "@snowmelt/core/engine";
import {
  type Clock,
  type Logger,
  type Metrics,
  type Random,
  silentLogger,
  silentMetrics,
  systemClock,
  systemRandom,
} from "@snowmelt/core/ports";
import type { BreakerIncidentPorts } from "./breaker-incidents.ts";
import { type Announcement, type CarriedOut, carryOut } from "./carry-out.ts";
import type { CommandCarrier } from "./command-message.ts";
import { type DrivePorts, driveRun, type EventOutcome } from "./drive-run.ts";
import type { EngineStores } from "./engine-stores.ts";
import { type EscalateOptions, type EscalateReport, escalate } from "./escalate.ts";
import { type ReconcileOptions, type ReconcilePorts, type ReconcileReport, reconcile } from "./reconcile.ts";
import type { OutboxItem } from "./run-store.ts";
import { tellIncident } from "./tell-incident.ts";

export interface EnginePorts {
  readonly stores: EngineStores;
  readonly planGraph: DrivePorts["planGraph"];
  /** Told of each event that changed a run, once it is stored and before anything is done about it. */
  readonly onStored?: DrivePorts["onStored"];
  /** Of start, observe and stop, to whoever has the runners. */
  readonly carrier: CommandCarrier;
  readonly policyOf: (dedupKey: string) => Promise<EscalationPolicy>;
  readonly notify: (notification: Notification) => Promise<void>;
  /** Tells who waits for the end of a run. At least once. */
  readonly announce: (announcement: Announcement) => Promise<void>;
  /** Whose runs and breakers these are: in the keys of incidents of breakers. @default none */
  readonly environment?: string;
  readonly clock?: Pick<Clock, "nowMs" | "sleep">;
  readonly random?: Pick<Random, "float">;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /**
   * How long nobody else takes a command that was taken: longer than its taker lives.
   *
   * @default 120_000
   */
  readonly holdMs?: number;
}

/** The run engine. The same in a process and in functions: its ports make the difference. */
export interface Engine {
  /**
   * Reads, decides, stores, and then carries out what was decided. Once it has resolved the event is safe; what could not be carried out
   * is found by `reconcile`. Safe to repeat. An event that will never be taken is an outcome; a store that is down is an error.
   */
  handle(event: RunEvent): Promise<EventOutcome>;
  /** What waits in the outbox, of one run or of all. */
  carryOut(options?: { readonly runId?: string; readonly limit?: number }): Promise<CarriedOut>;
  /** Meant for every minute: finds what got lost. */
  reconcile(options?: ReconcileOptions): Promise<ReconcileReport>;
  /** Meant for every minute, apart from `reconcile`: tells of what nobody acknowledged, and of breakers. Alerts wait for no run. */
  escalate(options?: EscalateOptions): Promise<EscalateReport>;
  /** For acknowledgements, and for what is wrong outside any run. */
  tellIncident(dedupKey: string, event: IncidentEvent): Promise<IncidentState | undefined>;
}

export function openEngine(given: EnginePorts): Engine {
  const ports = reconcilePorts(given);
  return {
    async handle(event) {
      const outcome = await driveRun(ports, event.runId, () => event);
      if (outcome.kind === "done") await carryOut(ports, outcome.outbox, outcome.run);
      return outcome;
    },
    async carryOut({ runId, limit = 100 } = {}) {
      const items: readonly OutboxItem[] = await ports.runs.pending(ports.clock.nowMs(), {
        limit,
        ...(runId === undefined ? {} : { runId }),
      });
      return carryOut(ports, items);
    },
    reconcile: (options) => reconcile(ports, options),
    escalate: (options) => escalate(ports, options),
    tellIncident: (dedupKey, event) => tellIncident(ports, dedupKey, event),
  };
}

function reconcilePorts({ stores, ...ports }: EnginePorts): ReconcilePorts & BreakerIncidentPorts {
  const { clock = systemClock, random = systemRandom, logger = silentLogger, metrics = silentMetrics } = ports;
  const { runs, leases, incidents, breakers } = stores;
  return {
    ...ports,
    runs,
    leases,
    incidents,
    breakers,
    clock,
    random,
    logger,
    metrics,
    holdMs: ports.holdMs ?? 120_000,
  };
}
