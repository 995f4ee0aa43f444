import {
  decide,
  hasEnded,
  type RunCommand,
  type RunEvent,
  type RunGraph,
  type RunState,
  type StageTruth,
} from "../../../src/engine/index.ts";
import { seededRandom } from "../../../src/ports/index.ts";
import { flightsGraph } from "../flights-graph.ts";
import { type Chance, type EventLoop, openChance, openEventLoop } from "./event-loop.ts";
import { openJobs } from "./jobs.ts";
import { openLanes, openLeases } from "./lanes.ts";
import { type OutboxItem, openRunStore, replay } from "./run-store.ts";

const minute = 60_000;
const horizonMs = 7 * 24 * 60 * minute;

export interface SimulationResult {
  readonly seed: number;
  readonly events: number;
  readonly statuses: readonly string[];
  /** Invariants that did not hold. */
  readonly violations: readonly string[];
  readonly trace: readonly string[];
}

/**
 * A world of runs with every fault there is: events lost, doubled, delayed and out of order, handlers that crash before and after
 * each effect, two reconcilers with clocks of their own, services that are slow, fail, hang and say nothing, people who cancel,
 * pause and try again, and a deploy in the middle. The same seed gives the same world.
 */
export function simulate(seed: number): SimulationResult {
  const loop = openEventLoop();
  const chance = openChance(seededRandom(seed));
  const trace: string[] = [];
  const limits = chance.oneOf([{}, { timeoutMs: 90_000 }]);
  const graphs = new Map(
    [flightsGraph("one", limits), flightsGraph("two", limits)].map((graph) => [graph.definitionHash, graph]),
  );
  const deployAtMs = chance.between(0, 30 * minute);
  const store = openRunStore(graphs, () => graphs.get(loop.nowMs < deployAtMs ? "one" : "two") ?? flightsGraph());
  const services = openJobs(loop, chance);
  const [lanes, leases] = [openLanes(), openLeases()];
  const raised = new Map<string, number>();
  const announced = new Set<string>();
  const world = { loop, chance, trace, store, services, lanes, leases, raised, announced, unsaid: 0 };
  const runIds = Array.from({ length: chance.oneOf([1, 1, 2, 3]) }, (_, index) => `run${index}`);
  let requested = 0;
  for (const runId of runIds) {
    loop.after(chance.between(0, 60 * minute), () => {
      // Its queue delivers it until it is taken.
      const event: RunEvent = {
        id: `request/${runId}`,
        type: "requested",
        runId,
        atMs: loop.nowMs,
        trigger: { kind: "manual" },
      };
      deliverSurely(world, event);
      if (chance.once(0.3)) loop.after(chance.between(0, 90 * minute), () => deliverSurely(world, event));
      requested++;
      people(world, runId);
    });
  }
  const isQuiet = (): boolean =>
    requested === runIds.length &&
    runIds.every((runId) => {
      const run = store.runs.get(runId);
      return run !== undefined && hasEnded(run);
    }) &&
    store.outbox.size === 0 &&
    world.unsaid === 0;
  for (const [index, skewMs] of [0, chance.oneOf([0, 0, -40_000, 90_000])].entries()) {
    reconcileForEver(world, { id: index, skewMs, isQuiet });
  }
  loop.run(horizonMs);
  const violations = [...services.overlaps, ...check(world, graphs, runIds)];
  const statuses = runIds.map((runId) => store.runs.get(runId)?.status ?? "missing");
  const events = runIds.reduce((sum, runId) => sum + store.audit(runId).length, 0);
  return { seed, events, statuses, violations, trace };
}

interface World {
  readonly loop: EventLoop;
  readonly chance: Chance;
  readonly trace: string[];
  readonly store: ReturnType<typeof openRunStore>;
  readonly services: ReturnType<typeof openJobs>;
  readonly lanes: ReturnType<typeof openLanes>;
  readonly leases: ReturnType<typeof openLeases>;
  readonly raised: Map<string, number>;
  readonly announced: Set<string>;
  /** What people have yet to say. */
  unsaid: number;
}

const note = ({ trace, loop }: World, line: () => string): void => {
  if (trace.length < 4000) trace.push(`${(loop.nowMs / 1000).toFixed(1)} ${line()}`);
};

function deliverSurely(world: World, event: RunEvent): void {
  handle(world, event);
  world.loop.after(5 * minute, () => {
    if (!world.store.runs.has(event.runId)) deliverSurely(world, event);
  });
}

function deliver(world: World, event: RunEvent): void {
  const { loop, chance } = world;
  if (chance.once(0.05)) return note(world, () => `lost: ${event.id}`);
  loop.after(chance.between(0, chance.once(0.05) ? 20 * minute : 2000), () => handle(world, event));
  if (chance.once(0.1)) loop.after(chance.between(0, 60 * minute), () => handle(world, event));
}

/** Reads, decides, stores what it decided, and then does it; it may die in between. */
function handle(world: World, event: RunEvent): void {
  const { loop, chance, store } = world;
  const { graph, state } = store.read(event);
  if (!state && event.type !== "requested") return;
  const decision = decide(graph, state, event);
  if (chance.once(0.01)) return note(world, () => `crash before ${event.id} is stored`);
  loop.after(chance.between(1, 200), () => {
    const stored = store.commit(event, state, decision);
    note(world, () => `${event.id} ${stored}: ${decision.note}`);
    if (stored === "lost") return handle(world, event);
    if (stored === "seen" || decision.state === state) return;
    if (chance.once(0.02)) return note(world, () => `crash behind ${event.id}`);
    for (const item of [...store.outbox.values()].filter(({ runId }) => runId === event.runId)) dispatch(world, item);
  });
}

function dispatch(world: World, item: OutboxItem): void {
  const { loop, chance, store } = world;
  if (item.claimedUntilMs > loop.nowMs || !store.outbox.has(item.id)) return;
  item.claimedUntilMs = loop.nowMs + 2 * minute;
  if (chance.once(0.02)) return note(world, () => `crash before ${item.command.type} ${item.id}`);
  loop.after(chance.between(0, 3000), () => {
    const run = store.runs.get(item.runId);
    if (!run || !isCurrent(run, item.command)) note(world, () => `dropped ${item.command.type} ${item.id}`);
    else carryOut(world, item);
    if (chance.once(0.02)) return note(world, () => `crash behind ${item.command.type} ${item.id}`);
    store.outbox.delete(item.id);
  });
}

/** A start whose time is over must not be carried out any more. */
function isCurrent(run: RunState, command: RunCommand): boolean {
  if (command.type !== "start") return true;
  const active = run.tasks[command.task]?.active;
  return active?.key === command.key && active.phase === "starting";
}

function carryOut(world: World, { command, runId, id }: OutboxItem): void {
  const { loop, chance, services, leases, raised, announced } = world;
  note(world, () => `${command.type} ${"key" in command ? command.key : ""}`);
  // The call may take its time; whoever makes it lives on as long.
  if (command.type === "start")
    return loop.after(chance.between(0, chance.once(0.05) ? 90_000 : 500), () => start(world, runId, command));
  if (command.type === "observe") {
    const truth = observe(world, runId, command);
    return deliver(world, {
      id: `observed/${id}/${loop.nowMs}`,
      type: "observed",
      runId,
      key: command.key,
      atMs: loop.nowMs,
      externalId: command.externalId,
      truth,
    });
  }
  if (command.type === "stop") return services.stop(command.key);
  if (command.type === "release") return leases.release(command.resource, command.fence);
  if (command.type === "raise") return void raised.set(command.dedupKey, (raised.get(command.dedupKey) ?? 0) + 1);
  if (command.type === "announce") announced.add(`${runId}/${command.status}`);
}

type Start = Extract<RunCommand, { readonly type: "start" }>;

function start(world: World, runId: string, command: Start): void {
  const { loop, services, leases, lanes } = world;
  const { key, stage, resource } = command;
  const tell = (truth: StageTruth): void => {
    const about = { id: `${key}/${truth.is}`, runId, key, atMs: loop.nowMs };
    if (truth.is === "succeeded")
      deliver(world, {
        ...about,
        type: "succeeded",
        result: truth.result,
        ...(truth.fence === undefined ? {} : { fence: truth.fence }),
      });
    else if (truth.is === "failed") deliver(world, { ...about, type: "failed", failure: truth.failure });
    else if (truth.is === "running") deliver(world, { ...about, type: "started", externalId: truth.externalId });
  };
  if (stage === "claim") {
    const fence = leases.claim(resource, runId, loop.nowMs);
    if (fence !== undefined) return tell({ is: "succeeded", result: {}, fence });
    return tell({
      is: "failed",
      failure: {
        code: "DATASET_BUSY",
        message: "another run",
        retryable: true,
        isDeferral: true,
        retryAfterMs: minute,
      },
    });
  }
  if (command.fence === null || !leases.renew(resource, command.fence, loop.nowMs)) {
    return tell({ is: "failed", failure: { code: "FENCED", message: "another run has it", retryable: true } });
  }
  if (stage === "commit") {
    const window = Number(command.results.extract?.window);
    const done = lanes.commit(resource, window, runId);
    if (done === "done") return tell({ is: "succeeded", result: { window } });
    return tell({ is: "failed", failure: { code: "FENCED", message: "a gap", retryable: true } });
  }
  const window = lanes.next(resource);
  const job = services.start(command, (truth) => tell(withWindow(stage, truth, window)));
  tell(withWindow(stage, job.truth, window));
}

const withWindow = (stage: string, truth: StageTruth, window: number): StageTruth =>
  stage === "extract" && truth.is === "succeeded" ? { ...truth, result: { window } } : truth;

function observe(
  world: World,
  runId: string,
  { key, stage, task }: Extract<RunCommand, { readonly type: "observe" }>,
): StageTruth {
  const { services, leases, lanes, store, chance } = world;
  const resource = `dev/${task}`;
  if (stage === "claim") {
    const lease = leases.held.get(resource);
    return lease?.holder === runId ? { is: "succeeded", result: {}, fence: lease.token } : { is: "absent" };
  }
  if (stage === "commit") {
    const window = Number(store.runs.get(runId)?.tasks[task]?.results.extract?.window);
    return lanes.committed.get(resource)?.[window] === runId
      ? { is: "succeeded", result: { window } }
      : { is: "absent" };
  }
  const job = services.find(key);
  if (!job) return { is: "absent" };
  if (chance.once(0.05)) return { is: "running", externalId: job.externalId };
  return withWindow(stage, job.truth, lanes.next(resource));
}

function people(world: World, runId: string): void {
  const { loop, chance } = world;
  const say = (delayMs: number, type: "cancelled" | "paused" | "resumed" | "retried"): void => {
    world.unsaid++;
    loop.after(delayMs, () => {
      world.unsaid--;
      handle(world, { id: `${type}/${runId}/${loop.nowMs}`, type, runId, atMs: loop.nowMs, by: "ann" });
    });
  };
  if (chance.once(0.1)) say(chance.between(0, 60 * minute), "cancelled");
  if (chance.once(0.2)) say(chance.between(60 * minute, 600 * minute), "retried");
  if (chance.once(0.1)) {
    const pausedAtMs = chance.between(0, 30 * minute);
    say(pausedAtMs, "paused");
    say(pausedAtMs + chance.between(minute, 300 * minute), "resumed");
    say(24 * 60 * minute, "resumed");
  }
}

function reconcileForEver(world: World, reconciler: { id: number; skewMs: number; isQuiet: () => boolean }): void {
  const { loop, store, chance } = world;
  let quietPasses = 0;
  const pass = (): void => {
    quietPasses = reconciler.isQuiet() ? quietPasses + 1 : 0;
    if (quietPasses > 3) return;
    loop.after(minute, pass);
    if (chance.once(0.02)) return;
    const atMs = loop.nowMs + reconciler.skewMs;
    for (const { runId, version } of store.due(atMs))
      handle(world, { id: `tick/${runId}/${version}`, type: "ticked", runId, atMs });
    for (const item of [...store.outbox.values()]) {
      const run = store.runs.get(item.runId);
      if (run) dispatch(world, item);
    }
  };
  loop.after(chance.between(0, minute), pass);
}

function check(world: World, graphs: ReadonlyMap<string, RunGraph>, runIds: readonly string[]): string[] {
  const { store, lanes, raised, announced, services } = world;
  const found: string[] = [];
  const expected = new Map<string, number>();
  for (const runId of runIds) {
    const run = store.runs.get(runId);
    if (!run) {
      found.push(`${runId} was never begun`);
      continue;
    }
    if (!hasEnded(run)) found.push(`${runId} is ${run.status} for ever`);
    else if (!announced.has(`${runId}/${run.status}`)) found.push(`nobody was told that ${runId} is ${run.status}`);
    const graph = graphs.get(run.definitionHash);
    if (graph && JSON.stringify(replay(graph, store.audit(runId))) !== JSON.stringify(run))
      found.push(`${runId} is not what its audit trail explains`);
    for (const [name, task] of Object.entries(run.tasks)) {
      if ((task.status === "active") !== (task.active !== null))
        found.push(`${runId}/${name} is ${task.status} at ${task.active?.name}`);
      if (task.failure?.code === "FENCED" && task.status === "failed")
        found.push(`${runId}/${name} failed, as another run had its resource`);
      if (task.status === "failed" && !raised.has(`dev/flights/${name}`))
        found.push(`${runId}/${name} failed, and nobody was alerted`);
      if (task.status === "succeeded" && name !== "dailyDelays") {
        const window = Number(task.results.commit?.window);
        if (lanes.committed.get(`dev/${name}`)?.[window] !== runId)
          found.push(`${runId}/${name} says it committed ${window}`);
      }
    }
  }
  for (const [dataset, lane] of lanes.committed) {
    for (const runId of lane) expected.set(`${dataset} ${runId}`, (expected.get(`${dataset} ${runId}`) ?? 0) + 1);
  }
  for (const [what, times] of expected) {
    const [dataset = "", runId = ""] = what.split(" ");
    const rounds = (store.runs.get(runId)?.tasks[dataset.replace("dev/", "")]?.round ?? 0) + 1;
    if (times > rounds) found.push(`${what} was committed ${times} times in ${rounds} rounds`);
  }
  for (const job of services.jobs.values()) {
    const runId = job.key.split("/")[0] ?? "";
    const run = store.runs.get(runId);
    if (run && hasEnded(run) && job.truth.is === "running") found.push(`${job.key} is at work, and its run has ended`);
  }
  if (store.outbox.size > 0) found.push(`${store.outbox.size} commands were never carried out`);
  return found;
}
