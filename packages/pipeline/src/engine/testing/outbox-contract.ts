import assert from "node:assert/strict";
import type { ContractCase } from "@snowmelt/core/ports/testing";
import type { OutboxItem, RunStore } from "../run-store.ts";
import { collect, contractCases } from "./contract-cases.ts";
import { changeOf, drain, keysOf, requested, sampleGraph, startedAs, succeeded, tell, told } from "./sample-run.ts";

/** The part of the contract that is about commands. */
export function outboxContract(open: () => Promise<{ readonly runs: RunStore }>): readonly ContractCase[] {
  const { cases, contract } = contractCases(open);

  contract("has the commands of a change wait to be carried out, in their order", async ({ runs }) => {
    const change = changeOf(sampleGraph(12), undefined, requested("a"));
    const outcome = await runs.commit(change);
    const expected: OutboxItem[] = change.commands.map((command, index) => ({
      id: `a/1/${index}`,
      runId: "a",
      command,
      attempts: 0,
      notBeforeMs: 0,
    }));
    assert.equal(expected.length, 12);
    assert.deepEqual(outcome, { kind: "done", outbox: expected });
    assert.deepEqual(await runs.pending(0, { limit: 100, runId: "a" }), expected);
    assert.deepEqual(await runs.pending(0, { limit: 100 }), expected);
    assert.deepEqual(await runs.pending(0, { limit: 3, runId: "a" }), expected.slice(0, 3));
    assert.equal((await runs.pending(0, { limit: 3 })).length, 3);
  });

  contract("tells the commands of one run, or of all, the ones that wait longest first", async ({ runs }) => {
    for (const runId of ["b", "a", "c"]) await told(runs, requested(runId));
    const idsOf = async (nowMs: number, runId?: string) =>
      (await runs.pending(nowMs, { limit: 10, ...(runId === undefined ? {} : { runId }) })).map(({ id }) => id);
    assert.deepEqual((await idsOf(0)).sort(), ["a/1/0", "b/1/0", "c/1/0"]);
    assert.deepEqual(await idsOf(0, "b"), ["b/1/0"]);
    const [b] = await runs.pending(0, { limit: 1, runId: "b" });
    const [c] = await runs.pending(0, { limit: 1, runId: "c" });
    assert.ok(b && c);
    assert.ok(await runs.take(b, { nowMs: 10, untilMs: 200 }));
    assert.ok(await runs.take(c, { nowMs: 10, untilMs: 100 }));
    assert.deepEqual(await idsOf(99), ["a/1/0"]);
    assert.deepEqual(await idsOf(150), ["a/1/0", "c/1/0"]);
    assert.deepEqual(await idsOf(200), ["a/1/0", "c/1/0", "b/1/0"]);
    assert.deepEqual(await idsOf(199, "b"), []);
    assert.deepEqual(await idsOf(200, "b"), ["b/1/0"]);
  });

  contract("tells commands of the tenth version behind those of the ninth", async ({ runs }) => {
    const graph = sampleGraph(2);
    const begin = await told(runs, requested("a"), graph);
    for (let round = 0; round < 4; round++) {
      await told(runs, { type: "paused", id: `pause-${round}`, runId: "a", atMs: 3000, by: "ann" });
      await told(runs, { type: "resumed", id: `resume-${round}`, runId: "a", atMs: 3000, by: "ann" });
    }
    await drain(runs, "a");
    const at = (state: { readonly deadlineAtMs: number | null }) => state.deadlineAtMs ?? 0;
    const ticked = await told(runs, { type: "ticked", id: "tick-1", runId: "a", atMs: at(begin) });
    await told(runs, { type: "ticked", id: "tick-2", runId: "a", atMs: at(ticked) });
    const versions = (await runs.pending(0, { limit: 100, runId: "a" })).map(({ id }) => Number(id.split("/")[1]));
    assert.deepEqual([...new Set(versions)], [10, 11]);
    assert.deepEqual(
      (await runs.pending(0, { limit: 100 })).map(({ id }) => Number(id.split("/")[1])),
      versions,
    );
  });

  contract("gives a command to one of two takers, and to another when its time is over", async ({ runs }) => {
    await told(runs, requested("a"));
    const [item] = await runs.pending(1000, { limit: 1 });
    assert.ok(item);
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, taker) => runs.take(item, { nowMs: 1000, untilMs: 5000 + taker })),
    );
    const [got, ...more] = taken.filter((each) => each !== undefined);
    assert.deepEqual(more, []);
    assert.deepEqual(got, { ...item, attempts: 1, notBeforeMs: got?.notBeforeMs });
    assert.deepEqual(await runs.pending(4999, { limit: 10 }), []);
    assert.equal(await runs.take(item, { nowMs: 9000, untilMs: 9999 }), undefined);
    assert.equal(await runs.take(got ?? item, { nowMs: 4999, untilMs: 9999 }), undefined);
    const [again] = await runs.pending(6000, { limit: 10 });
    assert.deepEqual(again, got);
    const second = await runs.take(again ?? item, { nowMs: 6000, untilMs: 7000 });
    assert.deepEqual(second, { ...item, attempts: 2, notBeforeMs: 7000 });
  });

  contract("takes a command that waits for its next attempt only when it has come", async ({ runs }) => {
    await told(runs, requested("a"));
    const [item] = await runs.pending(1000, { limit: 1 });
    assert.ok(item);
    const waiting = await runs.take(item, { nowMs: 1000, untilMs: 3000 });
    assert.ok(waiting);
    assert.equal(await runs.take(waiting, { nowMs: 2999, untilMs: 5000 }), undefined);
    assert.equal((await runs.take(waiting, { nowMs: 3000, untilMs: 5000 }))?.attempts, 2);
  });

  contract("is done with a command that was settled, whoever settles it and however often", async ({ runs }) => {
    await told(runs, requested("a"));
    const [item] = await runs.pending(1000, { limit: 1 });
    assert.ok(item);
    const first = await runs.take(item, { nowMs: 1000, untilMs: 2000 });
    assert.ok(first);
    const second = await runs.take(first, { nowMs: 2000, untilMs: 3000 });
    assert.ok(second);
    await runs.settle(first);
    assert.deepEqual(await runs.pending(1e12, { limit: 10 }), []);
    assert.deepEqual(await runs.pending(1e12, { limit: 10, runId: "a" }), []);
    assert.equal(await runs.take(second, { nowMs: 5000, untilMs: 6000 }), undefined);
    await runs.settle(second);
    await runs.settle({ ...item, runId: "never", id: "never/1/0" });
    assert.deepEqual(await runs.pending(1e12, { limit: 10, runId: "never" }), []);
    assert.equal(await runs.read("never"), undefined);
  });

  contract("holds a run of a thousand tasks, all of which begin at once", async ({ runs }) => {
    const graph = sampleGraph(1000);
    const change = changeOf(graph, undefined, requested("wide"));
    assert.equal(change.commands.length, 1000);
    const outcome = await runs.commit(change);
    assert.equal(outcome.kind === "done" ? outcome.outbox.length : outcome.kind, 1000);
    assert.deepEqual(await runs.read("wide"), { state: change.state, graph });
    const some = await runs.pending(0, { limit: 250, runId: "wide" });
    assert.deepEqual(
      some.map(({ id }) => id),
      Array.from({ length: 250 }, (_, index) => `wide/1/${index}`),
    );
    assert.equal((await runs.pending(0, { limit: 2000 })).length, 1000);
    const [audit] = await collect(runs.audit("wide"));
    assert.deepEqual(audit?.commands, change.commands);
    const key = keysOf(change.state)[777] ?? "";
    const state = await told(runs, startedAs("wide", key, "query-1", 2000), graph);
    const last = await told(runs, succeeded("wide", key, 3000), graph);
    assert.equal(state.tasks.task777?.active?.externalId, "query-1");
    assert.equal(last.tasks.task777?.status, "succeeded");
    assert.deepEqual(await runs.commit(change), { kind: "seen" });
    for (const item of some) await runs.settle(item);
    assert.equal((await runs.pending(0, { limit: 1 }))[0]?.id, "wide/1/250");
  });

  contract("has one winner of each step where many write", async ({ runs }) => {
    const { writers, steps } = { writers: 200, steps: 3 };
    const graph = sampleGraph();
    const begin = changeOf(graph, undefined, requested("raced"));
    await runs.commit(begin);
    const [key = ""] = keysOf(begin.state);
    for (let step = 1; step <= steps; step++) {
      const before = (await runs.read("raced"))?.state;
      const changes = Array.from({ length: writers }, (_, writer) => {
        const event = startedAs("raced", key, `${step}-${writer}`, 2000);
        return changeOf(graph, before, event);
      });
      const outcomes = await Promise.all(changes.map((change) => runs.commit(change)));
      const winners = outcomes.flatMap(({ kind }, writer) => (kind === "done" ? [writer] : []));
      assert.equal(winners.length, 1);
      assert.ok(outcomes.every(({ kind }) => kind === "done" || kind === "lost"));
      assert.deepEqual((await runs.read("raced"))?.state, changes[winners[0] ?? 0]?.state);
    }
    assert.equal((await collect(runs.audit("raced"))).length, steps + 1);
  });

  contract(
    "tells one of many senders of the same event that it is done, and the others that it was seen",
    async ({ runs }) => {
      const graph = sampleGraph();
      const change = changeOf(graph, undefined, requested("a"));
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => tell(runs, change.event, graph)));
      assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["done", ...Array(19).fill("seen")]);
      assert.equal((await runs.pending(0, { limit: 10 })).length, 1);
    },
  );

  return cases;
}
