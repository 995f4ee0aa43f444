import type { Context } from "aws-lambda";
import { openOrchestration } from "../orchestration.ts";
import { openTelemetry } from "../telemetry.ts";
import { checkAllFreshness } from "./check-all-freshness.ts";
import { escalateIncidents } from "./escalate-incidents.ts";

const telemetry = openTelemetry("escalate");
let opened: ReturnType<typeof openOrchestration> | undefined;

/** Every minute: the next level of what nobody acknowledged is told, and whether what is promised is still fresh. The event says nothing. */
export function handler(_event: unknown, context: Context) {
  return telemetry.observe(context, async () => {
    opened ??= openOrchestration(telemetry);
    const { engine, stores, released } = opened;
    const ports = { engine, stores, released, ...telemetry };
    const escalated = await escalateIncidents(ports, Date.now());
    const stale = await checkAllFreshness(ports, Date.now());
    return { escalated, stale };
  });
}
