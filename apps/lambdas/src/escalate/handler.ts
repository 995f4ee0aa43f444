import { heartbeat } from "@snowmelt/core/alerts";
import { checkPromises } from "@snowmelt/pipeline/release";
import type { Context } from "aws-lambda";
import { readConfig } from "../config.ts";
import { openOrchestration } from "../orchestration.ts";
import { openStateObjects } from "../state-objects.ts";
import { openTelemetry } from "../telemetry.ts";

/** Nothing new is begun in the last seconds: what is begun ends. */
const reserveMs = 10_000;
const telemetry = openTelemetry("escalate");
let opened: ReturnType<typeof open> | undefined;

function open() {
  const objects = openStateObjects(readConfig(["STATE_ROOT"]).STATE_ROOT);
  return { ...openOrchestration(telemetry), objects };
}

/** Every minute: the next level of what nobody acknowledged is told, and whether what is promised is kept. The event says nothing. */
export function handler(_event: unknown, context: Context) {
  return telemetry.observe(context, async () => {
    opened ??= open();
    const { engine, stores, released, objects } = opened;
    // However many incidents there are, promises have their half of the time.
    const deadlineAtMs = Date.now() + (context.getRemainingTimeInMillis() - reserveMs) / 2;
    const escalated = await engine.escalate({ deadlineAtMs });
    const promises = await checkPromises({ engine, runs: stores.runs, released, objects, ...telemetry }, Date.now());
    telemetry.metrics.record(heartbeat(released.environment, "escalate"));
    return { ...escalated, ...promises, failed: escalated.failed + promises.failed };
  });
}
