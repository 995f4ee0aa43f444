import { isSnowmeltError } from "@snowmelt/core/errors";
import { systemClock } from "@snowmelt/core/ports";
import { buryMessage, openQueues } from "@snowmelt/pipeline/aws";
import { openRelease } from "@snowmelt/pipeline/release";
import type { Context } from "aws-lambda";
import { readConfig } from "../config.ts";
import { openStateObjects } from "../state-objects.ts";
import { openTelemetry } from "../telemetry.ts";
import { inSpan, traceHeaders } from "../trace.ts";
import { triggerRuns } from "./trigger-runs.ts";

const telemetry = openTelemetry("trigger");
let opened: ReturnType<typeof open> | undefined;

function open() {
  const config = readConfig(["SNOWMELT_ENVIRONMENT", "STATE_ROOT", "QUEUE_URLS", "DEAD_LETTER_QUEUE_URL"]);
  const environment = config.SNOWMELT_ENVIRONMENT;
  const released = openRelease(openStateObjects(config.STATE_ROOT), environment, {
    clock: systemClock,
    logger: telemetry.logger,
  });
  return { config, released, queues: openQueues({ headers: traceHeaders }) };
}

/** Asks for the runs that an event means, and tells their ids. What nobody can understand is put where somebody looks at it. */
export function handler(event: unknown, context: Context): Promise<{ readonly runIds: readonly string[] }> {
  return telemetry.observe(context, () =>
    inSpan("trigger", {}, async () => {
      opened ??= open();
      const { config, released, queues } = opened;
      const { logger } = telemetry;
      try {
        const eventsUrl = config.QUEUE_URLS.events;
        if (eventsUrl === undefined) throw new RangeError("QUEUE_URLS names no queue for events");
        return await triggerRuns(event, { released, queues, eventsUrl, logger, nowMs: Date.now() });
      } catch (error) {
        if (!isSnowmeltError(error, "TRIGGER_UNKNOWN")) throw error;
        const { code, message } = error;
        const reason = { code, message, by: "trigger" };
        await buryMessage(queues, config.DEAD_LETTER_QUEUE_URL, { body: JSON.stringify(event) }, reason);
        logger.log("error", "An event was refused, and is in the dead-letter queue.", { code, reason: message });
        return { runIds: [] };
      }
    }),
  );
}
