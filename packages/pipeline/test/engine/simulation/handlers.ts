import type { RunEvent, StageTruth } from "@snowmelt/core/engine";
import { silentLogger, silentMetrics } from "@snowmelt/core/ports";
import {
  type CommandMessage,
  carryOutCommand,
  type Engine,
  type EngineStores,
  openEngine,
} from "@snowmelt/pipeline/engine";
import { beginInvocation, faulty, type Invocation } from "./invocation.ts";
import { leaseMs, openStageRunners, receiptsOf, startsOf } from "./stage-runners.ts";
import { minute, policy, type World } from "./world.ts";

const lifeMs = 110_000;
const maxReceives = 4;

function faultyStores({ stores }: World, invocation: Invocation): EngineStores {
  return {
    runs: faulty(invocation, "runs", stores.runs),
    leases: faulty(invocation, "leases", stores.leases),
    incidents: faulty(invocation, "incidents", stores.incidents),
    breakers: faulty(invocation, "breakers", stores.breakers),
    calls: faulty(invocation, "calls", stores.calls),
  };
}

/** The engine as one handler has it. */
export function openHandlerEngine(world: World, invocation: Invocation): Engine {
  const { loop, chance, told, announced, graphAt, note } = world;
  return openEngine({
    stores: faultyStores(world, invocation),
    planGraph: async ({ runId }) => graphAt(runId, loop.nowMs),
    carrier: {
      send: (message, { delayMs = 0 } = {}) =>
        invocation.call(`sending of ${message.command.type} ${message.command.key}`, async () => {
          deliver(world, { isSure: false, what: message.id, delayMs }, () => onCommand(world, message));
        }),
    },
    policyOf: async () => policy,
    notify: (notification) =>
      invocation.call(`notice of ${notification.dedupKey}`, async () => {
        const { action, channel, level, dedupKey } = notification;
        note(() => `${action} ${dedupKey} level ${level} on ${channel}`);
        told.push({ atMs: loop.nowMs, notification });
      }),
    announce: ({ run }) =>
      invocation.call(`announcement of ${run.runId}`, async () => {
        announced.add(`${run.runId}/${run.status}`);
      }),
    clock: {
      nowMs: invocation.nowMs,
      sleep: (ms) => new Promise((resolve) => loop.after(ms, resolve)),
    },
    random: chance,
  });
}

/** To the orchestrator. One that is sure, as of a person or of a queue in front of everything, comes until it is taken. */
export function tell(world: World, event: RunEvent, isSure = false): void {
  deliver(world, { isSure, what: event.id }, async () => {
    const outcome = await openHandlerEngine(world, beginInvocation(world, "orchestrate", lifeMs)).handle(event);
    world.note(
      () =>
        `${event.id}: ${outcome.kind} ${"note" in outcome ? outcome.note : ""} ${"failure" in event ? event.failure.code : ""}`,
    );
  });
}

async function onCommand(world: World, message: CommandMessage): Promise<void> {
  const invocation = beginInvocation(world, message.command.stage, lifeMs);
  const stores = faultyStores(world, invocation);
  const outcome = await carryOutCommand(
    {
      runs: stores.runs,
      leases: stores.leases,
      runners: openStageRunners(world, invocation, stores, (key, runId, truth) => tellOfJob(world, key, runId, truth)),
      tell: (event) => invocation.call(`telling of ${event.id}`, async () => tell(world, event)),
      receipts: receiptsOf(world, invocation),
      starts: startsOf(world, invocation),
      clock: { nowMs: invocation.nowMs },
      logger: silentLogger,
      metrics: silentMetrics,
      leaseMs,
      clockSkewMs: 140_000,
    },
    message,
    { deadlineAtMs: invocation.deadlineAtMs, signal: unaborted },
  );
  world.note(() => `${message.command.type} ${message.command.key}: ${outcome.kind}`);
}

const unaborted = new AbortController().signal;

/** What a service says by itself when its work has ended. */
function tellOfJob(world: World, key: string, runId: string, truth: StageTruth): void {
  const about = { id: `${key}/${truth.is}`, runId, key, atMs: world.loop.nowMs };
  if (truth.is === "succeeded") tell(world, { ...about, type: "succeeded", result: truth.result });
  if (truth.is === "failed") tell(world, { ...about, type: "failed", failure: truth.failure });
}

/** A queue: at least once or not at all, soon or late, in any order, and again when its handler fails or dies. */
function deliver(
  world: World,
  { isSure, what, delayMs = 0 }: { readonly isSure: boolean; readonly what: string; readonly delayMs?: number },
  handle: () => Promise<void>,
): void {
  const { chance, note } = world;
  if (!isSure && chance.fault(0.04)) return note(() => `lost: ${what}`);
  receive(
    world,
    delayMs + (chance.fault(0.05) ? chance.between(0, 20 * minute) : chance.between(1, 1500)),
    handle,
    isSure ? 100 : maxReceives,
  );
  if (chance.fault(0.06)) receive(world, chance.between(0, 40 * minute), handle, 1);
}

function receive(world: World, delayMs: number, handle: () => Promise<void>, receives: number): void {
  const { loop } = world;
  world.outstanding++;
  loop.after(delayMs, () => {
    let isDone = false;
    handle().then(
      () => {
        isDone = true;
      },
      (error: unknown) => {
        if (!(error instanceof Error && "retryable" in error && error.retryable))
          world.trace.push(`threw: ${String(error instanceof Error ? error.stack : error)}`);
        world.note(() => `failed: ${String(error)}`);
      },
    );
    loop.after(2 * minute, () => {
      world.outstanding--;
      if (!isDone && receives > 1) receive(world, 0, handle, receives - 1);
    });
  });
}
