import { hasEnded } from "@snowmelt/core/engine";
import { openHandlerEngine, tell } from "./handlers.ts";
import { violationsOf } from "./invariants.ts";
import { beginInvocation } from "./invocation.ts";
import { minute, openWorld, type World, type WorldSize } from "./world.ts";

const horizonMs = 10 * 24 * 60 * minute;

export interface SimulationResult {
  readonly seed: number;
  readonly runs: number;
  readonly events: number;
  readonly statuses: readonly string[];
  /** Invariants that did not hold. */
  readonly violations: readonly string[];
  readonly faults: number;
  readonly operations: number;
  readonly trace: readonly string[];
}

/** A world on its way: `step` until it is false, with all promises at rest in between; then `result`. */
export interface Simulation {
  step(): boolean;
  result(): Promise<SimulationResult>;
}

/**
 * A world of runs with every fault there is, upon the engine as it is: messages lost, doubled, delayed and out of order; handlers that
 * die or freeze before and after each call of a store, a queue or a service; two reconcilers with clocks of their own; services that are
 * slow, fail, hang and say nothing; people who cancel, pause, try again and acknowledge; a deploy in the middle. The same seed gives the
 * same world.
 */
export function beginSimulation(seed: number, size: WorldSize = {}): Simulation {
  const world = openWorld(seed, size);
  const { loop, chance } = world;
  const runIds = Array.from({ length: size.runs ?? chance.oneOf([1, 1, 2, 3]) }, (_, index) => `run${index}`);
  for (const runId of runIds) {
    world.outstanding++;
    loop.after(chance.between(0, (size.isWide ? 1440 : 60) * minute), () => {
      world.outstanding--;
      // Its queue delivers it until it is taken.
      tell(
        world,
        { id: `request/${runId}`, type: "requested", runId, atMs: loop.nowMs, trigger: { kind: "manual" } },
        true,
      );
      people(world, runId);
    });
  }
  for (const name of ["reconcile 1", "reconcile 2"]) reconcileForEver(world, name, runIds);
  return {
    step: () => loop.step(horizonMs),
    async result() {
      const states = await Promise.all(runIds.map((runId) => world.stores.runs.read(runId)));
      const violations = await violationsOf(world, runIds);
      const statuses = states.map((run) => run?.state.status ?? "missing");
      const { trace, operations } = world;
      const events = states.reduce((sum, run) => sum + (run?.state.version ?? 0), 0);
      return { seed, runs: runIds.length, events, statuses, violations, faults: chance.faults, operations, trace };
    },
  };
}

/** Many worlds, some at a time in this thread: one rest of all promises serves them all. */
export async function* simulateMany(
  seeds: Iterable<number>,
  size: WorldSize = {},
  together = 32,
): AsyncGenerator<SimulationResult> {
  const waiting = seeds[Symbol.iterator]();
  const open = new Set<Simulation>();
  const fill = (): void => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      open.add(beginSimulation(next.value, size));
      if (open.size >= together) return;
    }
  };
  fill();
  while (open.size > 0) {
    for (const simulation of open) {
      if (simulation.step()) continue;
      open.delete(simulation);
      yield await simulation.result();
    }
    if (open.size < together) fill();
    await rest();
  }
}

/** Until no promise has anything to do. */
const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function simulate(seed: number, size: WorldSize = {}): Promise<SimulationResult> {
  for await (const result of simulateMany([seed], size, 1)) return result;
  throw new RangeError("a world has a result");
}

function people(world: World, runId: string): void {
  const { loop, chance } = world;
  const say = (delayMs: number, type: "cancelled" | "paused" | "resumed" | "retried"): void => {
    world.outstanding++;
    loop.after(delayMs, () => {
      world.outstanding--;
      tell(world, { id: `${type}/${runId}/${loop.nowMs}`, type, runId, atMs: loop.nowMs, by: "ann" }, true);
    });
  };
  if (chance.once(0.1)) say(chance.between(0, 60 * minute), "cancelled");
  if (chance.once(0.2)) say(chance.between(60 * minute, 150 * minute), "retried");
  if (chance.once(0.1)) {
    const pausedAtMs = chance.between(0, 30 * minute);
    say(pausedAtMs, "paused");
    say(pausedAtMs + chance.between(minute, 90 * minute), "resumed");
    // A pause may come late, and nobody may be left to end it.
    say(200 * minute, "resumed");
  }
  if (chance.once(0.1)) {
    world.outstanding++;
    loop.after(chance.between(10 * minute, 60 * minute), () => {
      world.outstanding--;
      void acknowledge(world, "dev/flights/flights");
    });
  }
}

async function acknowledge(world: World, dedupKey: string): Promise<void> {
  const atMs = world.loop.nowMs;
  world.acknowledged.add(dedupKey);
  const engine = openHandlerEngine(world, beginInvocation(world, "acknowledge", minute));
  const event = { id: `ack/${atMs}`, type: "acknowledged", atMs, by: "ann" } as const;
  await engine.tellIncident(dedupKey, event).catch(() => undefined);
}

async function isQuiet({ stores, outstanding }: World, runIds: readonly string[]): Promise<boolean> {
  if (outstanding > 0) return false;
  for (const runId of runIds) {
    const run = await stores.runs.read(runId);
    if (!run || !hasEnded(run.state)) return false;
  }
  const pending = await stores.runs.pending(Number.POSITIVE_INFINITY, { limit: 1 });
  const incidents = await stores.incidents.due(Number.POSITIVE_INFINITY, 1);
  return pending.length === 0 && incidents.length === 0;
}

/** A pass that would find nothing is left out: it costs time and shows nothing. */
async function isAnythingDue({ stores, loop, skewMs, outage }: World, name: string): Promise<boolean> {
  const nowMs = loop.nowMs + skewMs(name);
  if ((await stores.runs.due(nowMs, 1)).length > 0) return true;
  if ((await stores.runs.pending(nowMs, { limit: 1 })).length > 0) return true;
  if ((await stores.incidents.due(nowMs, 1)).length > 0) return true;
  if (loop.nowMs < outage.fromMs) return false;
  for await (const { value } of stores.breakers.list()) if (value.generation > 0) return true;
  return false;
}

function reconcileForEver(world: World, name: string, runIds: readonly string[]): void {
  const { loop, chance } = world;
  let quietPasses = 0;
  const pass = async (): Promise<void> => {
    quietPasses = (await isQuiet(world, runIds)) ? quietPasses + 1 : 0;
    if (quietPasses > 3) return;
    loop.after(minute, () => void pass());
    if (!(await isAnythingDue(world, name)) || chance.fault(0.02)) return;
    const invocation = beginInvocation(world, name, 55_000);
    const engine = openHandlerEngine(world, invocation);
    const failed = (error: unknown): void => world.note(() => `${name} failed: ${String(error)}`);
    const { deadlineAtMs } = invocation;
    await Promise.all([
      engine.reconcile({ deadlineAtMs }).catch(failed),
      engine.escalate({ deadlineAtMs }).catch(failed),
    ]);
  };
  loop.after(chance.between(0, minute), () => void pass());
}
