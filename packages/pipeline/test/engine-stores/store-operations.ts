import { hasEnded, type RunEvent, type RunState } from "@snowmelt/core/engine";
import type { EngineStores, RunChange } from "@snowmelt/pipeline/engine";
import fc from "fast-check";
import { collect } from "../../src/engine/testing/contract-cases.ts";
import { sampleBreaker, sampleIncident } from "../../src/engine/testing/engine-stores-contract.ts";
import { changeOf, keysOf, requested, sampleGraph, startedAs, succeeded } from "../../src/engine/testing/sample-run.ts";

const graph = sampleGraph(3);
const runIds = ["a", "b/c", "B"];
const run = fc.constantFrom(...runIds);
const small = fc.nat(3);
const time = fc.integer({ min: 0, max: 20 }).map((tens) => tens * 100);

const operation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ is: fc.constant("request" as const), run, time }) },
  { weight: 6, arbitrary: fc.record({ is: fc.constant("succeed" as const), run, time, which: small }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant("start" as const), run, time, which: small }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constantFrom("pause", "resume", "cancel", "retry"), run, time }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant("repeat" as const), which: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant("take" as const), time, which: fc.nat(5), forMs: time }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant("settle" as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("forget" as const), time, limit: small }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant("claim" as const), run, time, holder: small }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("renew" as const), run, time, fence: small }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("release" as const), run, fence: small }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant("raise" as const), run, before: small, due: fc.option(time) }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("trip" as const), run, before: small }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("count" as const), run, minute: small, ok: small, bad: small }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant("look" as const), time, limit: fc.nat(4) }) },
);
export type StoreOperation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
export const storeOperations = fc.array(operation, { minLength: 5, maxLength: 40 });

/** What each operation says, and what is there in the end: the same for stores that keep the contract. */
export async function perform(stores: EngineStores, operations: readonly StoreOperation[]): Promise<unknown> {
  const said: unknown[] = [];
  const changes: RunChange[] = [];
  for (const [index, each] of operations.entries()) said.push(await performOne(stores, each, { index, changes }));
  for (const time of [0, 500, 1000, Number.MAX_SAFE_INTEGER]) said.push(await look(stores, time, 100));
  return JSON.parse(JSON.stringify(said, (_, value) => value ?? null));
}

async function performOne(
  stores: EngineStores,
  operation: StoreOperation,
  { index, changes }: { readonly index: number; readonly changes: RunChange[] },
): Promise<unknown> {
  const { runs, leases, incidents, breakers, calls } = stores;
  const event = async (runId: string, make: (keys: readonly string[]) => RunEvent | undefined): Promise<unknown> => {
    const stored = await runs.read(runId);
    const made = make(stored ? keysOf(stored.state) : []);
    if (!made || (!stored && made.type !== "requested")) return "nothing";
    const change = changeOf(stored?.graph ?? graph, stored?.state, made);
    if (change.state === stored?.state) return "ignored";
    changes.push(change);
    return runs.commit(change);
  };
  const item = async (which: number) => (await runs.pending(Number.MAX_SAFE_INTEGER, { limit: 6 }))[which];
  switch (operation.is) {
    case "request":
      return event(operation.run, () => requested(operation.run, operation.time, `request-${index % 5}`));
    case "succeed":
      return event(operation.run, (keys) => {
        const key = keys[operation.which];
        return key === undefined ? undefined : succeeded(operation.run, key, operation.time);
      });
    case "start":
      return event(operation.run, (keys) => {
        const key = keys[operation.which];
        return key === undefined ? undefined : startedAs(operation.run, key, `q-${index}`, operation.time);
      });
    case "pause":
    case "resume":
    case "cancel":
    case "retry": {
      const type = ({ pause: "paused", resume: "resumed", cancel: "cancelled", retry: "retried" } as const)[
        operation.is
      ];
      return event(operation.run, () => ({
        type,
        id: `person-${index}`,
        runId: operation.run,
        atMs: operation.time,
        by: "ann",
      }));
    }
    case "repeat": {
      const change = changes[operation.which];
      return change && runs.commit(change);
    }
    case "take": {
      const found = await item(operation.which);
      return found && runs.take(found, { nowMs: operation.time, untilMs: operation.time + operation.forMs });
    }
    case "settle": {
      const found = await item(operation.which);
      return found && runs.settle(found);
    }
    case "forget":
      // Which of several, where not all, is not promised.
      return runs.forget(operation.time, { limit: 10 });
    case "claim":
      return leases.claim(operation.run, { holder: `${operation.holder}`, nowMs: operation.time, leaseMs: 300 });
    case "renew":
      return leases.renew(operation.run, { fence: operation.fence, nowMs: operation.time, leaseMs: 300 });
    case "release":
      return leases.release(operation.run, operation.fence);
    case "raise": {
      const { before, due } = operation;
      return incidents.write(operation.run, { value: sampleIncident(index), before, deadlineAtMs: due });
    }
    case "trip":
      return breakers.write(operation.run, {
        value: sampleBreaker(index),
        before: operation.before,
        deadlineAtMs: null,
      });
    case "count":
      return calls.add(operation.run, { minute: operation.minute, ok: operation.ok, bad: operation.bad });
    case "look":
      return look(stores, operation.time, operation.limit);
    default:
      return operation satisfies never;
  }
}

/** All that can be asked. */
async function look(stores: EngineStores, nowMs: number, limit: number): Promise<unknown> {
  const { runs, leases, incidents, breakers, calls } = stores;
  const byName = <T extends { readonly name: string }>(found: T[]): T[] =>
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
  const byRun = (found: RunState[]): RunState[] => found.sort((a, b) => (a.runId < b.runId ? -1 : 1));
  const listed = await collect(runs.list());
  return {
    due: await runs.due(nowMs, limit),
    pending: await runs.pending(nowMs, { limit }),
    // Of one moment they may come in any order.
    ages: listed.map(({ requestedAtMs }) => requestedAtMs),
    listed: byRun(listed),
    ended: byRun((await collect(runs.list({ pipeline: "flights" }))).filter(hasEnded)).map(({ runId }) => runId),
    incidentsDue: await incidents.due(nowMs, limit),
    incidents: byName(await collect(incidents.list())),
    breakers: byName(await collect(breakers.list())),
    each: await Promise.all(
      runIds.map(async (runId) => ({
        run: await runs.read(runId),
        audit: await collect(runs.audit(runId)),
        pending: await runs.pending(nowMs, { limit, runId }),
        lease: await leases.find(runId),
        incident: await incidents.read(runId),
        calls: await calls.recent(runId, { fromMinute: 0, toMinute: 3 }),
      })),
    ),
  };
}
