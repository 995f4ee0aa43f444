import type { RunEvent, RunGraph, RunState } from "@snowmelt/core/engine";
import { silentLogger, silentMetrics, systemClock } from "@snowmelt/core/ports";
import {
  type CommandMessage,
  carryOutCommand,
  type EngineStores,
  openEngine,
  openMemoryStores,
  type StageReply,
  type StageRunners,
} from "@snowmelt/pipeline/engine";

/** What one run without faults asks of the stores and the queues. */
export interface RunOperations {
  readonly events: number;
  readonly commands: number;
  /** Calls, by port and method. */
  readonly calls: Readonly<Record<string, number>>;
  /** Of DynamoDB, by the sizes of what is stored: twice in a transaction, an item a kilobyte begun. */
  readonly writeUnits: number;
  /** Strongly consistent, four kilobytes begun. */
  readonly readUnits: number;
  readonly messages: number;
  /** From an event's arrival to its command's being sent, in memory. */
  readonly handleMicros: readonly number[];
}

/** Drives one run as functions do, message after message, and counts. */
export async function countOperations(graph: RunGraph): Promise<RunOperations> {
  const calls: Record<string, number> = {};
  const units = { write: 0, read: 0 };
  const queue: (() => Promise<void>)[] = [];
  const handleMicros: number[] = [];
  const sums = { events: 0, commands: 0 };
  const stores = counted(openMemoryStores(), calls, units);
  const tell = async (event: RunEvent): Promise<void> => {
    sums.events++;
    queue.push(async () => {
      const began = performance.now();
      await engine.handle(event);
      handleMicros.push((performance.now() - began) * 1000);
    });
  };
  const engine = openEngine({
    stores,
    planGraph: async () => graph,
    carrier: {
      send: async (message) => {
        sums.commands++;
        queue.push(() => carryOut(message));
      },
    },
    policyOf: async () => ({ levels: [{ afterMs: 0, channels: ["none"] }], goodsToResolve: 1, acknowledgedForMs: 1 }),
    notify: async () => undefined,
    announce: async () => undefined,
  });
  const carryOut = async (message: CommandMessage): Promise<void> => {
    // A mark that the start is being made.
    units.write += 1;
    const ports = {
      runs: stores.runs,
      leases: stores.leases,
      starts: { claim: async () => true },
      runners: runnersOf(stores),
      tell,
      clock: systemClock,
      logger: silentLogger,
      metrics: silentMetrics,
      leaseMs: 1_800_000,
    };
    const deadlineAtMs = Date.now() + 60_000;
    await carryOutCommand(ports, message, { deadlineAtMs, signal: new AbortController().signal });
  };
  await tell({ id: "request", type: "requested", runId: "run", atMs: Date.now(), trigger: { kind: "schedule" } });
  for (let next = queue.shift(); next; next = queue.shift()) await next();
  const run = await stores.runs.read("run");
  if (run?.state.status !== "succeeded") throw new Error(`the run is ${run?.state.status}`);
  return {
    ...sums,
    calls,
    writeUnits: units.write,
    readUnits: units.read,
    messages: sums.events + sums.commands,
    handleMicros,
  };
}

/** What stages find is small; this is as large as a dataset's that lands. */
const result = {
  window: { lo: "2026-01-01T00:00:00Z", hi: "2026-01-02T00:00:00Z" },
  manifest: "attempts/0f8fad5b/land.json",
};

function runnersOf({ leases }: EngineStores): StageRunners {
  const done = { start: async (): Promise<StageReply> => ({ kind: "succeeded", result }) };
  const claim = {
    async start({ resource }: { readonly resource: string }): Promise<StageReply> {
      const claimed = await leases.claim(resource, { holder: "run", nowMs: Date.now(), leaseMs: 1_800_000 });
      if (claimed.kind === "busy") throw new Error(`${resource} is held by ${claimed.by.holder}`);
      return { kind: "succeeded", result: {}, fence: claimed.fence };
    },
  };
  return { claim, extract: done, land: done, verify: done, check: done, commit: done, catalog: done, publish: done };
}

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value ?? null));
const writes = (value: unknown): number => Math.ceil(bytes(value) / 1024);
const reads = (value: unknown): number => Math.max(1, Math.ceil(bytes(value) / 4096));

function counted(
  stores: EngineStores,
  calls: Record<string, number>,
  units: { write: number; read: number },
): EngineStores {
  const count = (what: string): void => {
    calls[what] = (calls[what] ?? 0) + 1;
  };
  const { runs, leases, incidents } = stores;
  return {
    ...stores,
    runs: {
      ...runs,
      async read(runId) {
        count("runs.read");
        const run = await runs.read(runId);
        units.read += reads(run?.state satisfies RunState | undefined);
        return run;
      },
      async commit(change) {
        count("runs.commit");
        const { state, event, commands, note } = change;
        // State, audit entry, the event's id, and the outbox.
        units.write += 2 * (writes(state) + writes({ event, note, commands }) + 1);
        for (const command of commands) units.write += 2 * writes(command);
        return runs.commit(change);
      },
      async take(item, times) {
        count("runs.take");
        units.write += writes(item);
        return runs.take(item, times);
      },
      async settle(item) {
        count("runs.settle");
        units.write += writes(item);
        return runs.settle(item);
      },
    },
    leases: {
      ...leases,
      async claim(resource, claim) {
        count("leases.claim");
        units.write += 1;
        return leases.claim(resource, claim);
      },
      async renew(resource, lease) {
        count("leases.renew");
        units.write += 1;
        return leases.renew(resource, lease);
      },
      async release(resource, fence) {
        count("leases.release");
        units.write += 1;
        return leases.release(resource, fence);
      },
    },
    incidents: {
      ...incidents,
      async read(name) {
        count("incidents.read");
        units.read += 1;
        return incidents.read(name);
      },
    },
  };
}
