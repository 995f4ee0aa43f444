import { heartbeat } from "@snowmelt/core/alerts";
import type { ReconcileReport } from "@snowmelt/pipeline/engine";
import type { Context } from "aws-lambda";
import { openOrchestration } from "../orchestration.ts";
import { openTelemetry } from "../telemetry.ts";

/** Nothing new is begun in the last seconds: what is begun ends. */
const reserveMs = 10_000;
const telemetry = openTelemetry("reconcile");
let opened: ReturnType<typeof openOrchestration> | undefined;

/** Every minute: finds what got lost. The event says nothing. */
export function handler(_event: unknown, context: Context): Promise<ReconcileReport> {
  return telemetry.observe(context, async () => {
    opened ??= openOrchestration(telemetry);
    const deadlineAtMs = Date.now() + context.getRemainingTimeInMillis() - reserveMs;
    const report = await opened.engine.reconcile({ deadlineAtMs });
    telemetry.metrics.record(heartbeat(opened.released.environment, "reconcile"));
    telemetry.logger.log("info", "reconciled", { ...report });
    return report;
  });
}
