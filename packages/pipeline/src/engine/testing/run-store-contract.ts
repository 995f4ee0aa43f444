import assert from "node:assert/strict";
import { isSnowmeltError } from "@snowmelt/core/errors";
import type { ContractCase } from "@snowmelt/core/ports/testing";
import type { RunStore, StoredRun } from "../run-store.ts";
import { collect, contractCases } from "./contract-cases.ts";
import { outboxContract } from "./outbox-contract.ts";
import {
  changeOf,
  drain,
  keysOf,
  requested,
  sampleGraph,
  startedAs,
  succeeded,
  tell,
  told,
  wholeRun,
} from "./sample-run.ts";

export interface RunStoreUnderContract {
  readonly runs: RunStore;
  /** Makes a stored run look as if a newer version of Snowmelt had written it; left out by a store that outlives no version. */
  readonly makeNewer?: (runId: string) => Promise<void>;
}

/** What every RunStore must do: `for (const c of runStoreContract(open)) it(c.name, c.run)`. `open` gives a new, empty one. */
export function runStoreContract(open: () => Promise<RunStoreUnderContract>): readonly ContractCase[] {
  const { cases, contract } = contractCases(open);

  contract("gives back a run as it was committed, with the graph it began with", async ({ runs }) => {
    const graph = sampleGraph(2);
    const change = changeOf(graph, undefined, requested("a"));
    const outcome = await runs.commit(change);
    assert.equal(outcome.kind, "done");
    assert.deepEqual(await runs.read("a"), { state: change.state, graph });
    const [key = ""] = keysOf(change.state);
    const state = await told(runs, startedAs("a", key, "query-1", 2000));
    assert.equal(state.version, 2);
    assert.deepEqual(await runs.read("a"), { state, graph });
  });

  contract("knows nothing of a run that was never begun", async ({ runs }) => {
    assert.equal(await runs.read("a"), undefined);
    assert.deepEqual(await collect(runs.audit("a")), []);
    assert.deepEqual(await collect(runs.list()), []);
    assert.deepEqual(await runs.due(1e12, 10), []);
    assert.deepEqual(await runs.pending(1e12, { limit: 10 }), []);
    assert.deepEqual(await runs.pending(1e12, { limit: 10, runId: "a" }), []);
    assert.equal(await runs.forget(1e12, { limit: 10 }), 0);
  });

  contract("lets one of two changes upon the same state through, and stores nothing of the other", async ({ runs }) => {
    const graph = sampleGraph(2);
    const before = await told(runs, requested("a"), graph);
    const [first = "", second = ""] = keysOf(before);
    const one = changeOf(graph, before, succeeded("a", first, 2000));
    const other = changeOf(graph, before, succeeded("a", second, 2000));
    assert.equal((await runs.commit(one)).kind, "done");
    assert.deepEqual(await runs.commit(other), { kind: "lost" });
    assert.deepEqual((await runs.read("a"))?.state, one.state);
    assert.equal((await collect(runs.audit("a"))).length, 2);
    assert.equal((await tell(runs, other.event)).kind, "done");
  });

  contract("knows an event that it stored, also when the run has moved on", async ({ runs }) => {
    const graph = sampleGraph(2);
    const begin = changeOf(graph, undefined, requested("a"));
    assert.equal((await runs.commit(begin)).kind, "done");
    assert.deepEqual(await runs.commit(begin), { kind: "seen" });
    const [key = "", other = ""] = keysOf(begin.state);
    const next = changeOf(graph, begin.state, startedAs("a", key, "q", 2000));
    assert.equal((await runs.commit(next)).kind, "done");
    await told(runs, succeeded("a", other, 3000));
    assert.deepEqual(await runs.commit(begin), { kind: "seen" });
    assert.deepEqual(await runs.commit(next), { kind: "seen" });
    const now = (await runs.read("a"))?.state;
    const again = changeOf(graph, now, { ...succeeded("a", key, 4000), id: next.event.id });
    assert.deepEqual(await runs.commit(again), { kind: "seen" });
    assert.equal((await collect(runs.audit("a"))).length, 3);
  });

  contract("begins a run once, whoever requests it", async ({ runs }) => {
    const graph = sampleGraph();
    assert.equal((await runs.commit(changeOf(graph, undefined, requested("a")))).kind, "done");
    assert.deepEqual(await runs.commit(changeOf(graph, undefined, requested("a", 1000, "another"))), { kind: "lost" });
  });

  contract("keeps the events of one run apart from those of another", async ({ runs }) => {
    await told(runs, requested("a", 1000, "same"));
    assert.equal((await tell(runs, requested("b", 1000, "same"))).kind, "done");
    assert.equal((await tell(runs, requested("a/1", 1000, "same"))).kind, "done");
    assert.equal((await tell(runs, requested("a%2F1", 1000, "same"))).kind, "done");
    assert.equal((await runs.read("a/1"))?.state.runId, "a/1");
  });

  contract("refuses a change that no decision makes", async ({ runs }) => {
    const graph = sampleGraph();
    const change = changeOf(graph, undefined, requested("a"));
    await assert.rejects(runs.commit({ ...change, event: requested("b") }), RangeError);
    await assert.rejects(runs.commit({ ...change, state: { ...change.state, version: 2 } }), RangeError);
    assert.equal(await runs.read("a"), undefined);
  });

  contract("does not change when what was given or handed out is changed", async ({ runs }) => {
    const change = changeOf(sampleGraph(), undefined, requested("a"));
    const outcome = await runs.commit(change);
    assert.equal(outcome.kind, "done");
    const stored = structuredClone(await runs.read("a"));
    const audit = structuredClone(await collect(runs.audit("a")));
    const pending = structuredClone(await runs.pending(2000, { limit: 10 }));
    spoil(change);
    spoil(outcome);
    spoil(await runs.read("a"));
    spoil(await collect(runs.audit("a")));
    spoil(await collect(runs.list()));
    spoil(await runs.pending(2000, { limit: 10 }));
    assert.deepEqual(await runs.read("a"), stored);
    assert.deepEqual(await collect(runs.audit("a")), audit);
    assert.deepEqual(await runs.pending(2000, { limit: 10 }), pending);
  });

  contract("tells what happened to a run in the order of the versions", async ({ runs }) => {
    const graph = sampleGraph();
    const begin = changeOf(graph, undefined, requested("a"));
    await runs.commit(begin);
    const [key = ""] = keysOf(begin.state);
    await told(runs, startedAs("a", key, "q", 2000));
    for (let round = 0; round < 5; round++) {
      await told(runs, { type: "paused", id: `pause-${round}`, runId: "a", atMs: 3000 + round, by: "ann" });
      await told(runs, { type: "resumed", id: `resume-${round}`, runId: "a", atMs: 3000 + round, by: "ann" });
    }
    const audit = await collect(runs.audit("a"));
    assert.deepEqual(
      audit.map(({ version }) => version),
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    assert.deepEqual(audit[0], {
      version: 1,
      event: begin.event,
      statusBefore: null,
      status: "running",
      note: begin.note,
      commands: begin.commands,
    });
    assert.deepEqual(
      audit.slice(2, 4).map(({ statusBefore, status }) => [statusBefore, status]),
      [
        ["running", "paused"],
        ["paused", "running"],
      ],
    );
  });

  contract("lists runs newest first, by environment, pipeline and status", async ({ runs }) => {
    await told(runs, requested("b", 2000), sampleGraph(1, { environment: "prod" }));
    await wholeRun(runs, "c", { beginMs: 3000, endMs: 4000 });
    await told(runs, requested("a", 1000), sampleGraph(1, { pipeline: "weather" }));
    const idsOf = async (filter?: Parameters<RunStore["list"]>[0]) =>
      (await collect(runs.list(filter))).map(({ runId }) => runId);
    assert.deepEqual(await idsOf(), ["c", "b", "a"]);
    assert.deepEqual(await idsOf({ environment: "dev" }), ["c", "a"]);
    assert.deepEqual(await idsOf({ pipeline: "weather" }), ["a"]);
    assert.deepEqual(await idsOf({ pipeline: "flights", status: ["running"] }), ["b"]);
    assert.deepEqual(await idsOf({ status: ["succeeded", "failed"] }), ["c"]);
    assert.deepEqual(await idsOf({ status: [] }), []);
    assert.deepEqual((await collect(runs.list()))[0], (await runs.read("c"))?.state);
  });

  contract("tells which runs are due, the longest overdue first, and not those that ended", async ({ runs }) => {
    const at = ({ deadlineAtMs }: { readonly deadlineAtMs: number | null }): number => deadlineAtMs ?? Number.NaN;
    const late = await told(runs, requested("late", 9000));
    const early = await told(runs, requested("early", 1000));
    await told(runs, requested("middle", 5000));
    await wholeRun(runs, "ended", { beginMs: 500, endMs: 600 });
    assert.deepEqual(await runs.due(at(early) - 1, 10), []);
    assert.deepEqual(await runs.due(at(early), 10), ["early"]);
    assert.deepEqual(await runs.due(at(late), 10), ["early", "middle", "late"]);
    assert.deepEqual(await runs.due(at(late), 2), ["early", "middle"]);
    const moved = await told(runs, { type: "ticked", id: "tick", runId: "early", atMs: at(late) });
    assert.ok(at(moved) > at(late));
    assert.deepEqual(await runs.due(at(late), 10), ["middle", "late"]);
    assert.deepEqual(await runs.due(at(moved), 10), ["middle", "late", "early"]);
  });

  contract("has a run due again that a person has had tried again", async ({ runs }) => {
    const state = await told(runs, requested("a"));
    const [key = ""] = keysOf(state);
    const failure = { code: "NO", message: "no", retryable: false };
    const failed = await told(runs, { type: "failed", id: "failed", runId: "a", key, atMs: 2000, failure });
    assert.equal(failed.status, "failed");
    await drain(runs, "a");
    assert.deepEqual(await runs.due(1e12, 10), []);
    const again = await told(runs, { type: "retried", id: "again", runId: "a", atMs: 5000, by: "ann" });
    assert.equal(again.status, "running");
    assert.deepEqual(await runs.due(1e12, 10), ["a"]);
    assert.ok((await runs.pending(6000, { limit: 10 })).some(({ command }) => command.type === "start"));
    assert.equal(await runs.forget(1e12, { limit: 10 }), 0);
  });

  contract("forgets runs that ended before, with all that belongs to them, so many at a time", async ({ runs }) => {
    for (const [index, runId] of ["a", "b", "c", "d"].entries())
      await wholeRun(runs, runId, { beginMs: 1000 + index, endMs: 2000 + index });
    await told(runs, requested("running", 10));
    assert.equal(await runs.forget(2003, { limit: 2 }), 2);
    assert.equal(await runs.forget(2003, { limit: 2 }), 1);
    assert.equal(await runs.forget(2003, { limit: 2 }), 0);
    assert.deepEqual(
      (await collect(runs.list())).map(({ runId }) => runId),
      ["d", "running"],
    );
    assert.equal(await runs.read("a"), undefined);
    assert.deepEqual(await collect(runs.audit("a")), []);
    assert.deepEqual(await runs.pending(1e12, { limit: 10, runId: "a" }), []);
    const pending = await runs.pending(1e12, { limit: 100 });
    assert.deepEqual([...new Set(pending.map(({ runId }) => runId))].sort(), ["d", "running"]);
    assert.equal((await collect(runs.audit("d"))).length, 2);
  });

  contract("shows each run before it forgets it, and keeps the one for which that failed", async ({ runs }) => {
    for (const runId of ["a", "b"]) await wholeRun(runs, runId, { beginMs: 1000, endMs: 2000 });
    await told(runs, requested("running", 10));
    const failing = runs.forget(3000, { limit: 10, before: () => Promise.reject(new RangeError("not now")) });
    await assert.rejects(failing, RangeError);
    const shown: string[] = [];
    const before = async ({ state, graph }: StoredRun): Promise<void> => {
      assert.equal((await runs.read(state.runId))?.state.version, state.version);
      assert.equal(graph.pipeline, state.pipeline);
      shown.push(state.runId);
    };
    assert.equal(await runs.forget(3000, { limit: 10, before }), 2);
    assert.deepEqual(shown.sort(), ["a", "b"]);
    assert.equal(await runs.read("a"), undefined);
  });

  contract("begins a run anew that was forgotten", async ({ runs }) => {
    await wholeRun(runs, "a", { beginMs: 1000, endMs: 2000 });
    assert.equal(await runs.forget(3000, { limit: 10 }), 1);
    const state = await told(runs, requested("a", 5000));
    assert.equal(state.version, 1);
    assert.equal((await collect(runs.audit("a"))).length, 1);
    assert.deepEqual(
      (await runs.pending(6000, { limit: 10 })).map(({ id, attempts }) => [id, attempts]),
      [["a/1/0", 0]],
    );
  });

  contract("touches nothing of a run that a newer version wrote", async ({ runs, makeNewer }) => {
    if (!makeNewer) return;
    const graph = sampleGraph();
    const before = await told(runs, requested("newer"), graph);
    await told(runs, requested("other", 2000), graph);
    await makeNewer("newer");
    const isNewer = (error: unknown) => isSnowmeltError(error, "RUN_STATE_NEWER");
    await assert.rejects(runs.read("newer"), isNewer);
    const [key = ""] = keysOf(before);
    await assert.rejects(runs.commit(changeOf(graph, before, succeeded("newer", key, 3000))), isNewer);
    await assert.rejects(runs.read("newer"), isNewer);
    assert.deepEqual(
      (await collect(runs.list())).map(({ runId }) => runId),
      ["other"],
    );
    assert.deepEqual(
      (await runs.pending(1e12, { limit: 10 })).map(({ runId }) => runId),
      ["other"],
    );
  });

  return [...cases, ...outboxContract(open)];
}

/** Does what it can to change all of it. */
function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    spoil(part);
    Reflect.set(value, name, "spoilt");
  }
}
