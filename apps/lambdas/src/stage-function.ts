import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BreakerConfig } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import { catalogue, type FunctionName } from "@snowmelt/core/functions";
import { systemClock, systemRandom } from "@snowmelt/core/ports";
import { openDynamoStarts, openDynamoStores, openQueues } from "@snowmelt/pipeline/aws";
import {
  CommandMessage,
  type CommandPorts,
  carryOutCommand,
  guardRunner,
  openBreaker,
} from "@snowmelt/pipeline/engine";
import { type Extensions, nameExtensions } from "@snowmelt/pipeline/extensions";
import { openStageRunners, openStages } from "@snowmelt/pipeline/stage-runners";
import { readConfig } from "./config.ts";
import { queueFunction } from "./queue-function.ts";
import { openSecrets } from "./secrets.ts";
import { openStateObjects } from "./state-objects.ts";
import type { Telemetry } from "./telemetry.ts";
import { traceHeaders } from "./trace.ts";

/** Longer than any function lives: who has begun a stage holds its dataset to the end of it. */
const leaseMs = 20 * 60_000;

/**
 * The handler of a function that carries out stages: those that the catalogue names for it, and no others. `extensions`: the code that
 * its stages ask for, where they do.
 */
export function stageFunction(name: FunctionName, extensions: Extensions = {}) {
  return queueFunction({
    name,
    message: CommandMessage,
    open: (telemetry) => openStageWork(name, telemetry, extensions),
    deadLetters: ({ queues, deadLetterUrl: queueUrl }) => ({ queues, queueUrl }),
    async take({ ports }, message, { logger, deadlineAtMs, signal }) {
      const { type, key } = message.command;
      try {
        const outcome = await carryOutCommand({ ...ports, logger }, message, { deadlineAtMs, signal });
        const told = outcome.kind === "done" ? { told: outcome.told?.type ?? null } : { why: outcome.why };
        logger.log("info", `${type}: ${outcome.kind}`, { key, ...told });
        return undefined;
      } catch (error) {
        if (!isSnowmeltError(error, "RUN_STATE_NEWER")) throw error;
        return error;
      }
    },
  });
}

function openStageWork(name: FunctionName, { logger, metrics }: Telemetry, extensions: Extensions) {
  const config = readConfig(["STATE_TABLE", "STATE_ROOT", "QUEUE_URLS", "DEAD_LETTER_QUEUE_URL"]);
  const stores = openDynamoStores({ table: config.STATE_TABLE });
  const stateObjects = openStateObjects(config.STATE_ROOT);
  const queues = openQueues({ headers: traceHeaders });
  const spillDirectory = join(tmpdir(), "snowmelt");
  mkdirSync(spillDirectory, { recursive: true });
  const [clock, random] = [systemClock, systemRandom];
  const secrets = openSecrets();
  const { rules: ownRules, stages: ownStages } = nameExtensions(extensions);
  const open = openStages({ stateObjects, secrets, ownRules, spillDirectory, clock, random, logger, metrics });
  const all = openStageRunners({ open, leases: stores.leases, leaseMs, stateObjects, clock, stages: ownStages });
  const { stages, effects } = catalogue[name];
  const asksSnowflake = effects.some(({ effect }) => effect === "snowflakeRole");
  const breaker = openBreaker(BreakerConfig.parse({}), { ...stores, clock, random, logger, metrics });
  const runners = Object.fromEntries(
    Object.entries(all)
      .filter(([stage]) => stages.some((own) => own === stage))
      .map(([stage, runner]) => [stage, asksSnowflake ? guardRunner(runner, breaker, "snowflake") : runner]),
  );
  const { events } = config.QUEUE_URLS;
  const ports: Omit<CommandPorts, "logger"> = {
    starts: openDynamoStarts({ table: config.STATE_TABLE }),
    runs: stores.runs,
    leases: stores.leases,
    runners,
    async tell(event) {
      if (events === undefined) throw new RangeError("QUEUE_URLS names no queue for events");
      await queues.send(events, { body: JSON.stringify(event), attributes: { runId: event.runId } });
    },
    clock,
    metrics,
    leaseMs,
  };
  return { ports, queues, deadLetterUrl: config.DEAD_LETTER_QUEUE_URL };
}
