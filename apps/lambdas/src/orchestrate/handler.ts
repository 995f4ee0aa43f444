import { RunEvent } from "@snowmelt/core/engine";
import { readConfig } from "../config.ts";
import { openOrchestration } from "../orchestration.ts";
import { queueFunction } from "../queue-function.ts";

export const handler = queueFunction({
  name: "orchestrate",
  message: RunEvent,
  open: (telemetry) => ({ ...openOrchestration(telemetry), ...readConfig(["DEAD_LETTER_QUEUE_URL"]) }),
  deadLetters: ({ queues, DEAD_LETTER_QUEUE_URL: queueUrl }) => ({ queues, queueUrl }),
  async take({ engine }, event, { logger }) {
    const outcome = await engine.handle(event);
    if (outcome.kind === "refused") return outcome;
    const { runId, type } = event;
    logger.log("info", `${type}: ${outcome.kind}`, { runId, ...("note" in outcome ? { note: outcome.note } : {}) });
    return undefined;
  },
});
