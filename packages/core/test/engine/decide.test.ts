import { describe, expect, test } from "vitest";
import { decide, RunGraph, RunState } from "../../src/engine/index.ts";
import { openConversation } from "./conversation.ts";
import { flightsGraph, stagePlan } from "./flights-graph.ts";

const minute = 60_000;
const graph = flightsGraph();
const reset = { code: "CONNECTION_FAILED", message: "connection reset", retryable: true };
const types = (run: ReturnType<typeof openConversation>): string[] => run.commands.map(({ type }) => type);

describe("a run", () => {
  test("begins with what waits for nothing, and goes through the stages of each task to its end", () => {
    const run = openConversation(graph);
    expect(run.commands).toMatchObject([
      { type: "start", task: "flights", stage: "claim", fence: null },
      { type: "start", task: "airports", stage: "claim", fence: null },
    ]);
    expect(run.where("dailyDelays")).toBe("waiting");
    run.through("airports", "catalog").through("flights", "catalog");
    expect(run.commands).toMatchObject([
      { type: "release", task: "flights", fence: 7 },
      { type: "recover", dedupKey: "dev/flights/flights" },
      { type: "start", task: "dailyDelays", stage: "claim" },
    ]);
    run.through("dailyDelays", "publish");
    expect(run.state).toMatchObject({ status: "succeeded", deadlineAtMs: null });
    expect(run.commands.at(-1)).toEqual({ type: "announce", status: "succeeded" });
    expect(RunState.parse(JSON.parse(JSON.stringify(run.state)))).toEqual(run.state);
  });

  test("tells whoever carries out a command what its task is about", () => {
    const work = { kind: "slice", backfillId: "b1", lo: "1", hi: "2" };
    const [flights] = graph.tasks;
    const run = openConversation(RunGraph.parse({ ...graph, tasks: [{ ...flights, work }] }));
    expect(run.commands).toMatchObject([{ type: "start", work }]);
    run.tell({ type: "started", key: run.key("flights"), externalId: null });
    run.tell({ type: "cancelled", by: "ann" });
    expect(run.commands).toMatchObject([
      { type: "stop", work },
      { type: "observe", work },
    ]);
  });

  test("has a deadline as long as it has not ended", () => {
    const run = openConversation(graph);
    expect(run.state.deadlineAtMs).toBe(1000 + minute);
    run.tell({ type: "started", key: run.key("flights"), externalId: "query 1" });
    expect(run.state.deadlineAtMs).not.toBeNull();
    run.tell({ type: "paused", by: "ann" });
    expect(run.state.deadlineAtMs).not.toBeNull();
  });

  test("keeps to its number of tasks at work", () => {
    const one = RunGraph.parse({ ...graph, maxActive: 1 });
    const run = openConversation(one);
    expect([run.where("flights"), run.where("airports")]).toEqual(["claim starting", "waiting"]);
    run.through("flights", "catalog");
    expect([run.where("airports"), run.where("dailyDelays")]).toEqual(["claim starting", "waiting"]);
  });

  test("goes on where a stage says that there is nothing to do before", () => {
    const run = openConversation(graph).through("flights", "claim");
    run.tell({ type: "succeeded", key: run.key("flights"), result: { rows: 0 }, goTo: "catalog" });
    expect(run.where("flights")).toBe("catalog starting");
  });

  test("is finished upon the definition it began with", () => {
    const run = openConversation(graph);
    const event = { id: "e", type: "ticked", runId: "run1", atMs: 5000 } as const;
    expect(() => decide(flightsGraph("two"), run.state, event)).toThrow(/definition one .* graph of two/);
  });
});

describe("a failure", () => {
  test("is tried again after a wait, under a key of its own, as often as the plan says; then somebody is told", () => {
    const run = openConversation(graph).through("flights", "claim");
    const keys = new Set<string>();
    for (let tries = 1; tries < 4; tries++) {
      keys.add(run.key("flights"));
      run.tell({ type: "failed", key: run.key("flights"), failure: reset });
      expect(run.where("flights")).toBe("extract backingOff");
      const due = run.state.tasks.flights?.active?.dueAtMs ?? 0;
      run.tell({ type: "ticked", atMs: due });
      expect(run.where("flights")).toBe("extract starting");
    }
    keys.add(run.key("flights"));
    run.tell({ type: "failed", key: run.key("flights"), failure: reset });
    expect(keys.size).toBe(4);
    expect(run.where("flights")).toBe("failed");
    expect(run.commands).toMatchObject([
      { type: "release", fence: 7 },
      { type: "raise", severity: "error", summary: "extract of flights failed: CONNECTION_FAILED: connection reset" },
    ]);
  });

  test("that cannot pass ends the task at once; what waits for it is skipped, the others go on", () => {
    const run = openConversation(graph);
    run.tell({ type: "failed", key: run.key("flights"), failure: { ...reset, retryable: false } });
    expect([run.where("flights"), run.where("dailyDelays")]).toEqual(["failed", "skipped"]);
    expect(run.state.tasks.dailyDelays?.reason).toBe("flights failed");
    run.through("airports", "catalog");
    expect(run.state.status).toBe("partial");
  });

  test("that is a deferral takes no try, and waits as long as the service wishes", () => {
    const run = openConversation(graph);
    for (let times = 0; times < 20; times++) {
      run.tell({
        type: "failed",
        key: run.key("flights"),
        failure: { ...reset, isDeferral: true, retryAfterMs: 5000 },
      });
      const active = run.state.tasks.flights?.active;
      expect(active?.tries).toBe(0);
      run.tell({ type: "ticked", atMs: active?.dueAtMs ?? 0 });
    }
    expect(run.where("flights")).toBe("claim starting");
  });

  test("is given up when all the tries together took too long, deferrals too", () => {
    const run = openConversation(graph);
    run.tell({
      type: "failed",
      key: run.key("flights"),
      failure: { ...reset, isDeferral: true, retryAfterMs: 7 * 60 * minute },
    });
    expect(run.where("flights")).toBe("failed");
  });

  test("of a fence begins the task again from its claim; what is committed stays so", () => {
    const run = openConversation(graph).through("flights", "commit");
    run.tell({ type: "failed", key: run.key("flights"), failure: { ...reset, code: "FENCED" } });
    expect(run.where("flights")).toBe("claim starting");
    run.through("flights", "claim");
    expect(run.where("flights")).toBe("catalog starting");
  });

  test("can be tried again by a person: what failed and what waited for it, not what succeeded", () => {
    const run = openConversation(graph);
    run.tell({ type: "failed", key: run.key("flights"), failure: { ...reset, retryable: false } });
    run.through("airports", "catalog").tell({ type: "retried", by: "ann" });
    expect(run.state.status).toBe("running");
    expect([run.where("flights"), run.where("airports"), run.where("dailyDelays")]).toEqual([
      "claim starting",
      "succeeded",
      "waiting",
    ]);
  });
});

describe("silence", () => {
  test("is asked about, and what is found is taken for the event that got lost", () => {
    const run = openConversation(graph).through("flights", "claim");
    run.tell({ type: "started", key: run.key("flights"), externalId: "query 1" });
    run.tell({ type: "ticked", atMs: 2 * minute });
    expect(run.commands).toContainEqual({
      type: "observe",
      work: {},
      key: run.key("flights"),
      task: "flights",
      stage: "extract",
      externalId: "query 1",
    });
    const key = run.key("flights");
    run.tell({ type: "observed", key, externalId: "query 1", truth: { is: "succeeded", result: { window: 3 } } });
    expect(run.where("flights")).toBe("land starting");
    run.tell({ type: "succeeded", key, result: { window: 3 } });
    expect(run.note).toMatch(/^ignored: .* under way no more/);
  });

  test("is not waited for where work goes on elsewhere: it is asked for soon, then ever more seldom, until the tick is as good", () => {
    const run = openConversation(flightsGraph("one", { firstLookMs: 2000 })).through("flights", "claim");
    const key = run.key("flights");
    const began = run.state.tasks.flights?.active?.commandedAtMs ?? 0;
    run.tell({ type: "started", key, externalId: "query 1" });
    const delays: number[] = [];
    for (let atMs = began; ; ) {
      const [look] = run.commands.filter(({ type }) => type === "observe");
      if (look?.type !== "observe") break;
      expect(look).toMatchObject({ key, externalId: "query 1" });
      delays.push(look.delayMs ?? 0);
      atMs += look.delayMs ?? 0;
      run.tell({ type: "observed", key, externalId: "query 1", truth: { is: "running", externalId: "query 1" }, atMs });
    }
    expect(delays).toEqual([2000, 2000, 2000, 3000, 4500, 6750, 10_125, 15_187, 22_781, 34_171, 51_257]);
    expect(run.note).toMatch(/^ignored: .* nothing new/);
    run.tell({ type: "failed", key, failure: reset, atMs: began + 3 * minute });
    run.tell({ type: "ticked", atMs: began + 10 * minute });
    run.tell({ type: "started", key: run.key("flights"), externalId: "query 2", atMs: began + 10 * minute });
    expect(run.commands).toMatchObject([{ type: "observe", externalId: "query 2", delayMs: 2000 }]);
  });

  test("before the start was seen has it commanded again, under the same key", () => {
    const run = openConversation(graph);
    const key = run.key("flights");
    run.tell({ type: "observed", key, externalId: null, truth: { is: "absent" } });
    expect(run.commands).toMatchObject([{ type: "start", key }]);
  });

  test("of one who looked before the start was known says nothing of what runs since", () => {
    const run = openConversation(graph).through("flights", "claim");
    const key = run.key("flights");
    run.tell({ type: "started", key, externalId: "query 1" });
    run.tell({ type: "observed", key, externalId: null, truth: { is: "absent" } });
    expect(run.where("flights")).toBe("extract running");
    run.tell({ type: "observed", key, externalId: "query 1", truth: { is: "absent" } });
    expect(run.where("flights")).toBe("extract backingOff");
  });

  test("for too long stops the try, waits for its end, and only then tries again", () => {
    const run = openConversation(graph).through("flights", "claim");
    const key = run.key("flights");
    run.tell({ type: "started", key, externalId: "query 1" }).tell({ type: "ticked", atMs: 12 * minute });
    expect(types(run)).toContain("stop");
    expect(run.where("flights")).toBe("extract stopping");
    run.tell({ type: "ticked", atMs: 14 * minute });
    expect(types(run).slice(0, 2)).toEqual(["stop", "observe"]);
    run.tell({ type: "observed", key, externalId: "query 1", truth: { is: "stopped" } });
    expect(run.where("flights")).toBe("extract backingOff");
    expect(run.state.tasks.flights?.failure?.code).toBe("TIMED_OUT");
  });

  test("about a start that may still be on its way is not taken for its end", () => {
    const run = openConversation(flightsGraph("one", { timeoutMs: 30_000, pollMs: 30_000 }));
    const key = run.key("flights");
    run.tell({ type: "ticked", atMs: 31_000 });
    run.tell({ type: "observed", key, externalId: null, truth: { is: "absent" }, atMs: 32_000 });
    expect(run.where("flights")).toBe("claim stopping");
    run.tell({ type: "observed", key, externalId: null, truth: { is: "absent" }, atMs: 302_000 });
    expect(run.where("flights")).toBe("claim backingOff");
  });

  test("of a commit is waited for: it cannot be stopped, and somebody is told that it should have ended", () => {
    const run = openConversation(graph).through("flights", "verify");
    run.tell({ type: "ticked", atMs: 60 * minute });
    expect(run.where("flights")).toBe("commit starting");
    expect(run.commands).toContainEqual(
      expect.objectContaining({ type: "raise", dedupKey: "dev/flights/flights/overdue" }),
    );
  });
});

describe("pieces", () => {
  test("of a stage go on from where the last one ended, each with its own time, and take no try", () => {
    const run = openConversation(graph).through("flights", "extract");
    for (let row = 100; row <= 1000; row += 100) {
      run.tell({ type: "yielded", key: run.key("flights"), position: { row } });
      expect(run.commands).toMatchObject([{ type: "start", stage: "land", position: { row } }]);
    }
    expect(run.state.tasks.flights?.active).toMatchObject({ tries: 1, piece: 10 });
  });
});

describe("people", () => {
  test("cancel: what waits never begins, what is under way is stopped, a commit is let come to its end", () => {
    const run = openConversation(graph).through("flights", "verify").through("airports", "claim");
    run.tell({ type: "started", key: run.key("airports"), externalId: "query 2" });
    run.tell({ type: "cancelled", by: "ann" });
    expect([run.where("flights"), run.where("airports"), run.where("dailyDelays")]).toEqual([
      "commit starting",
      "extract stopping",
      "cancelled",
    ]);
    run.tell({ type: "succeeded", key: run.key("flights"), result: { version: 4 } });
    expect(run.state.tasks.flights?.results.commit).toEqual({ version: 4 });
    run.tell({ type: "observed", key: run.key("airports"), externalId: "query 2", truth: { is: "stopped" } });
    expect(run.state.status).toBe("cancelled");
  });

  test("pause: what is under way ends, nothing new begins, and a resume goes on from there", () => {
    const run = openConversation(graph).tell({ type: "paused", by: "ann" });
    run.tell({ type: "succeeded", key: run.key("flights"), result: {}, fence: 7 });
    run.tell({ type: "failed", key: run.key("airports"), failure: reset });
    run.tell({ type: "ticked", atMs: 10 * minute });
    expect([run.where("flights"), run.where("airports")]).toEqual(["extract held", "claim held"]);
    run.tell({ type: "ticked", atMs: 70 * minute });
    expect(run.commands).toMatchObject([{ type: "raise", dedupKey: "dev/flights/paused" }]);
    run.tell({ type: "resumed", by: "ann" });
    expect([run.where("flights"), run.where("airports")]).toEqual(["extract starting", "claim starting"]);
    expect(run.state.tasks.airports?.active?.tries).toBe(2);
  });

  test("skip a task that waits, and with it what waits for it", () => {
    const run = openConversation(RunGraph.parse({ ...graph, maxActive: 1 }));
    run
      .tell({ type: "skipped", by: "ann", task: "airports" })
      .through("flights", "catalog")
      .through("dailyDelays", "publish");
    expect(run.where("airports")).toBe("skipped");
    expect(run.state.status).toBe("partial");
  });
});

describe("a graph", () => {
  test("that names a task twice, comes after one that is not there, or has its stages in no order is refused", () => {
    const [flights] = graph.tasks;
    const parse = (tasks: readonly unknown[]) => RunGraph.safeParse({ ...graph, tasks }).error?.message ?? "";
    expect(parse([flights, flights])).toContain("flights is there twice");
    expect(parse([{ ...flights, after: ["orders"] }])).toContain(
      "flights comes after orders, which is not listed before it",
    );
    const stages = [stagePlan("commit"), stagePlan("land")];
    expect(parse([{ ...flights, stages }])).toContain("the stages of flights are not in their order: commit, land");
  });
});
