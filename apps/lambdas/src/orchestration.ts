import { queueOfStage } from "@snowmelt/core/functions";
import { systemClock } from "@snowmelt/core/ports";
import { commandQueues, openBus, openDynamoStores, openQueues } from "@snowmelt/pipeline/aws";
import {
  type CommandCarrier,
  type Engine,
  type EngineStores,
  openEngine,
  refuseUnwired,
} from "@snowmelt/pipeline/engine";
import {
  alertPolicyOf,
  nobody,
  openRelease,
  planReleasedRun,
  type ReleasedPipelines,
} from "@snowmelt/pipeline/release";
import { readConfig } from "./config.ts";
import { openStateObjects } from "./state-objects.ts";
import type { Telemetry } from "./telemetry.ts";
import { traceHeaders } from "./trace.ts";

/** The run engine over AWS: for the functions that decide. */
export interface Orchestration {
  readonly engine: Engine;
  readonly stores: EngineStores;
  readonly released: ReleasedPipelines;
  readonly queues: ReturnType<typeof openQueues>;
}

/** Opens it as the environment says. FUNCTION_MISCONFIGURED; no I/O. */
export function openOrchestration({ logger, metrics }: Telemetry): Orchestration {
  const config = readConfig([
    "SNOWMELT_ENVIRONMENT",
    "STATE_TABLE",
    "STATE_ROOT",
    "QUEUE_URLS",
    "EVENT_BUS",
    "DISPATCH_SECONDS",
  ]);
  const { QUEUE_URLS: urls } = config;
  const stores = openDynamoStores({ table: config.STATE_TABLE });
  const state = openStateObjects(config.STATE_ROOT);
  const released = openRelease(state, config.SNOWMELT_ENVIRONMENT, { clock: systemClock, logger });
  const queues = openQueues({ headers: traceHeaders });
  const bus = openBus({ bus: config.EVENT_BUS });
  const toQueues = commandQueues(queues, (stage) => {
    const queue = queueOfStage(stage);
    return queue && urls[queue];
  });
  const carrier: CommandCarrier = refuseUnwired(toQueues, {
    isWired: (stage) => queueOfStage(stage) !== undefined,
    async tell(event) {
      const { events } = urls;
      if (events === undefined) throw new RangeError("QUEUE_URLS names no queue for events");
      await queues.send(events, { body: JSON.stringify(event), attributes: { runId: event.runId } });
    },
    clock: systemClock,
  });
  const engine = openEngine({
    stores,
    planGraph: (request) =>
      planReleasedRun(released, request, { dispatchMs: config.DISPATCH_SECONDS && config.DISPATCH_SECONDS * 1000 }),
    carrier,
    policyOf: (dedupKey) => alertPolicyOf(released, dedupKey),
    async notify(notification) {
      const { alerts } = urls;
      if (notification.channel === nobody) return;
      if (alerts === undefined) throw new RangeError("QUEUE_URLS names no queue for alerts");
      const attributes = { channel: notification.channel, action: notification.action };
      await queues.send(alerts, { body: JSON.stringify(notification), attributes });
    },
    environment: config.SNOWMELT_ENVIRONMENT,
    announce: (announcement) => bus.announce(announcement),
    logger,
    metrics,
  });
  return { engine, stores, released, queues };
}
