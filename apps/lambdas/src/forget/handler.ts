import { openDynamoStores } from "@snowmelt/pipeline/aws";
import { forgetRuns } from "@snowmelt/pipeline/stage-runners";
import type { Context } from "aws-lambda";
import { readConfig } from "../config.ts";
import { openStateObjects } from "../state-objects.ts";
import { openTelemetry } from "../telemetry.ts";

/** Nothing new is begun in the last minute: a run of many tasks has many objects. */
const reserveMs = 60_000;
const atATime = 25;
const dayMs = 86_400_000;
const telemetry = openTelemetry("forget");

/** Every day: forgets runs that ended long ago. What it does not get to is the next day's. The event says nothing. */
export function handler(_event: unknown, context: Context): Promise<{ readonly forgotten: number }> {
  return telemetry.observe(context, async () => {
    const config = readConfig(["STATE_TABLE", "STATE_ROOT", "RETENTION_DAYS"]);
    await using stores = openDynamoStores({ table: config.STATE_TABLE });
    const ports = { runs: stores.runs, state: openStateObjects(config.STATE_ROOT) };
    const endedBeforeMs = Date.now() - config.RETENTION_DAYS * dayMs;
    let forgotten = 0;
    let last = atATime;
    while (last === atATime && context.getRemainingTimeInMillis() > reserveMs) {
      last = await forgetRuns(ports, endedBeforeMs, { limit: atATime });
      forgotten += last;
    }
    telemetry.logger.log("info", "Runs were forgotten.", {
      forgotten,
      endedBefore: new Date(endedBeforeMs).toISOString(),
    });
    return { forgotten };
  });
}
