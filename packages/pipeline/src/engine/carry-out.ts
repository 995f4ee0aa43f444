import { metricOf } from "@snowmelt/core/alerts";
import { type IncidentSubject, isWanted, type RunCommand, type RunState } from "@snowmelt/core/engine";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { Metrics } from "@snowmelt/core/ports";
import { type CommandCarrier, toCommandMessage } from "./command-message.ts";
import type { LeaseStore } from "./lease-store.ts";
import { mapConcurrent } from "./map-concurrent.ts";
import type { OutboxItem, RunStore, StoredRun } from "./run-store.ts";
import { type IncidentPorts, tellIncident } from "./tell-incident.ts";

/** A run has ended: for whoever waits for it, at least once. */
export interface Announcement {
  readonly run: RunState;
}

export interface CarryOutPorts extends IncidentPorts {
  readonly runs: RunStore;
  readonly leases: LeaseStore;
  readonly carrier: CommandCarrier;
  readonly announce: (announcement: Announcement) => Promise<void>;
  readonly metrics: Metrics;
  /** How long nobody else takes what was taken: longer than its taker lives. Doubles with each attempt, up to half an hour. */
  readonly holdMs: number;
}

export interface CarriedOut {
  readonly done: number;
  /** Taken by another, or there no more. */
  readonly elsewhere: number;
  /** Left in the outbox for later. */
  readonly failed: number;
}

const maxHoldMs = 1_800_000;
const concurrency = 8;

/**
 * Takes each item of the outbox, does it, and settles it. What fails, or whose taker dies, is there for the next who looks, after a
 * while. Never throws for the sake of one item.
 */
export async function carryOut(
  ports: CarryOutPorts,
  items: readonly OutboxItem[],
  /** Of all of them, as it was stored this moment. Left out, it is read. */
  fresh?: StoredRun,
): Promise<CarriedOut> {
  const outcomes = await mapConcurrent(items, concurrency, (item) => carryOutItem(ports, item, fresh));
  const count = (outcome: keyof CarriedOut): number => outcomes.filter((each) => each === outcome).length;
  return { done: count("done"), elsewhere: count("elsewhere"), failed: count("failed") };
}

async function carryOutItem(
  ports: CarryOutPorts,
  item: OutboxItem,
  fresh: StoredRun | undefined,
): Promise<keyof CarriedOut> {
  const { runs, clock, logger, metrics, holdMs } = ports;
  const nowMs = clock.nowMs();
  const untilMs = nowMs + Math.min(maxHoldMs, holdMs * 2 ** item.attempts);
  try {
    const taken = await runs.take(item, { nowMs, untilMs });
    if (!taken) return "elsewhere";
    const run = fresh ?? (await runs.read(taken.runId));
    if (run) await perform(ports, taken, run);
    await runs.settle(taken);
    return "done";
  } catch (error) {
    const { id, runId, command, attempts } = item;
    const code = isSnowmeltError(error) ? error.code : error instanceof Error ? error.name : typeof error;
    logger.log("warn", `Could not carry out ${command.type}; it is tried again.`, { item: id, runId, attempts, code });
    metrics.record(metricOf("CommandsFailed", 1, { Command: command.type }));
    return "failed";
  }
}

async function perform(ports: CarryOutPorts, item: OutboxItem, run: StoredRun): Promise<void> {
  const { command } = item;
  switch (command.type) {
    case "start":
      // Whoever carries it out looks again: it may become stale on its way.
      return isWanted(run.state, command) ? ports.carrier.send(toCommandMessage(item, command, run)) : undefined;
    case "observe": {
      const { delayMs, ...observe } = command;
      return ports.carrier.send(toCommandMessage(item, observe, run), { delayMs });
    }
    case "stop":
      return ports.carrier.send(toCommandMessage(item, command, run));
    case "release":
      return ports.leases.release(command.resource, command.fence);
    case "raise":
      return raise(ports, item, command);
    case "recover":
      return recover(ports, item.id, command.dedupKey);
    case "announce":
      return ports.announce({ run: run.state });
    default:
      return command satisfies never;
  }
}

/** Late, it may tell of what has been mended since: then it is taken back, or never said. */
async function raise(
  ports: CarryOutPorts,
  { id, runId, attempts }: OutboxItem,
  command: Extract<RunCommand, { readonly type: "raise" }>,
): Promise<void> {
  const { dedupKey, severity, summary } = command;
  const isStill = async (): Promise<StoredRun | undefined> => {
    const run = await ports.runs.read(runId);
    return run && isWanted(run.state, command) ? run : undefined;
  };
  const run = await isStill();
  if (run) {
    const subject = subjectOf(run.state, command);
    const event = { id, type: "raised", atMs: ports.clock.nowMs(), dedupKey, severity, summary, subject } as const;
    await tellIncident(ports, dedupKey, event);
    if (await isStill()) return;
  } else if (attempts <= 1) return;
  await recover(ports, `${id}/mended`, dedupKey);
}

async function recover(ports: CarryOutPorts, id: string, dedupKey: string): Promise<void> {
  await tellIncident(ports, dedupKey, { id, type: "recovered", atMs: ports.clock.nowMs() });
}

function subjectOf(
  { environment, pipeline, runId }: RunState,
  { about }: Extract<RunCommand, { readonly type: "raise" }>,
): IncidentSubject {
  const task = about && "task" in about ? { dataset: about.task } : {};
  const stage = about && "stage" in about && about.stage !== null ? { stage: about.stage } : {};
  return { environment, pipeline, runId, ...task, ...stage };
}
