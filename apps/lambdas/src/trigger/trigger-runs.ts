import type { Logger } from "@snowmelt/core/ports";
import type { Queues } from "@snowmelt/pipeline/aws";
import type { ReleasedPipelines } from "@snowmelt/pipeline/release";
import { parseTrigger } from "./parse-trigger.ts";
import { planRequests, toRequestedEvent } from "./plan-requests.ts";

export interface TriggerPorts {
  readonly released: Pick<ReleasedPipelines, "environment" | "list">;
  readonly queues: Pick<Queues, "send">;
  readonly eventsUrl: string;
  readonly logger: Logger;
  readonly nowMs: number;
}

/** Sends a request for each run that an event means. A repeat asks for the same runs again, which changes nothing. */
export async function triggerRuns(
  event: unknown,
  { released, queues, eventsUrl, logger, nowMs }: TriggerPorts,
): Promise<{ readonly runIds: readonly string[] }> {
  const { environment } = released;
  const runIds = new Set<string>();
  for (const signal of parseTrigger(event)) {
    // Who says what is to run is taken at their word; the orchestrator looks whether it is released.
    const pipelines = signal.kind === "request" ? [] : await released.list();
    for (const request of planRequests(signal, { environment, pipelines })) {
      const requested = toRequestedEvent(request, nowMs);
      const attributes = { runId: requested.runId, pipeline: request.pipeline };
      await queues.send(eventsUrl, { body: JSON.stringify(requested), attributes });
      logger.log("info", "A run is asked for.", { ...attributes, cause: request.cause });
      runIds.add(requested.runId);
    }
  }
  return { runIds: [...runIds] };
}
