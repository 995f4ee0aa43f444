import type { EscalationPolicy, Notification, RunEvent } from "@snowmelt/core/engine";
import { manualClock, memoryMetrics, seededRandom } from "@snowmelt/core/ports";
import {
  type CommandMessage,
  type EnginePorts,
  type EngineStores,
  engineError,
  openEngine,
  openMemoryStores,
} from "@snowmelt/pipeline/engine";
import { describe, expect, test } from "vitest";
import { pipelineError } from "../../src/pipeline-error.ts";
import { graphOf } from "./graph.ts";

const minute = 60_000;
const policy: EscalationPolicy = {
  levels: [
    { afterMs: 0, channels: ["slack"] },
    { afterMs: 10 * minute, channels: ["pager"] },
  ],
  goodsToResolve: 1,
  acknowledgedForMs: 240 * minute,
};

function openWorld(over: Partial<EnginePorts> = {}, stores: EngineStores = openMemoryStores()) {
  const clock = manualClock(1000 * minute);
  const sent: CommandMessage[] = [];
  const told: Notification[] = [];
  const metrics = memoryMetrics();
  const engine = openEngine({
    stores,
    planGraph: async () =>
      graphOf(["extract"], { timeoutMs: 10 * minute, retry: { attempts: 1, baseDelayMs: 0, maxDelayMs: 0 } }),
    carrier: { send: async (message) => void sent.push(message) },
    policyOf: async () => policy,
    notify: async (notification) => void told.push(notification),
    announce: async () => undefined,
    clock,
    random: seededRandom(1),
    metrics,
    ...over,
  });
  const request = (runId = "run1"): RunEvent => ({
    id: `request/${runId}`,
    type: "requested",
    runId,
    atMs: clock.nowMs(),
    trigger: {},
  });
  return { engine, stores, clock, sent, told, metrics, request };
}

const failedEvent = (key: string, atMs: number): RunEvent => ({
  id: `${key}/failed`,
  type: "failed",
  runId: "run1",
  key,
  atMs,
  failure: { code: "TYPE_OVERFLOW", message: "row 7", retryable: false },
});

describe("an event", () => {
  test("is stored with its commands, which are carried out at once; a repeat changes nothing", async () => {
    const { engine, request, sent, stores } = openWorld();
    expect((await engine.handle(request())).kind).toBe("done");
    expect(sent).toMatchObject([
      { id: "run1/1/0", command: { type: "start", stage: "extract" }, definitionHash: "one" },
    ]);
    expect(await stores.runs.pending(Number.MAX_SAFE_INTEGER, { limit: 9 })).toEqual([]);
    expect((await engine.handle(request())).kind).not.toBe("done");
    expect(sent).toHaveLength(1);
  });

  test("of a run that is not there is refused with the reason", async () => {
    const { engine } = openWorld();
    expect(await engine.handle({ id: "c", type: "cancelled", runId: "gone", atMs: 1, by: "ann" })).toMatchObject({
      kind: "refused",
      code: "RUN_UNKNOWN",
      message: expect.stringContaining("gone"),
    });
  });

  test("of a run that a newer version wrote is refused, and keeps nothing else from being done", async () => {
    const stores = openMemoryStores();
    const { engine, request, clock, sent } = openWorld({}, stores);
    await engine.handle(request("run1"));
    await engine.handle(request("run2"));
    const newer: EngineStores = {
      ...stores,
      runs: {
        ...stores.runs,
        async read(runId) {
          if (runId === "run1") throw pipelineError("RUN_STATE_NEWER", "run1 was written by a newer version");
          return stores.runs.read(runId);
        },
      },
    };
    clock.advance(2 * minute);
    const before = sent.length;
    const other = openWorld({ clock, carrier: { send: async (message) => void sent.push(message) } }, newer);
    const report = await other.engine.reconcile();
    expect(report).toMatchObject({ ticked: 1, refused: ["run1"], failed: 0, isComplete: true });
    const cancel: RunEvent = { id: "c", type: "cancelled", runId: "run1", atMs: 1, by: "ann" };
    expect(await other.engine.handle(cancel)).toMatchObject({ kind: "refused", code: "RUN_STATE_NEWER" });
    expect(sent.slice(before)).toMatchObject([{ runId: "run2", command: { type: "observe" } }]);
  });

  test("for which no run can be planned is refused with the code of the plan", async () => {
    const planGraph = async () => {
      throw engineError("RUN_UNKNOWN", "there is no pipeline orders");
    };
    const { engine, request } = openWorld({ planGraph });
    expect(await engine.handle(request())).toEqual({
      kind: "refused",
      code: "RUN_UNKNOWN",
      message: "there is no pipeline orders",
    });
  });
});

describe("a command", () => {
  test("that could not be carried out stays, and the reconciler finds it after a while that doubles", async () => {
    let isDown = true;
    const sent: string[] = [];
    const { engine, request, clock, metrics } = openWorld({
      carrier: {
        async send({ id }) {
          if (isDown) throw new Error("no queue");
          sent.push(id);
        },
      },
    });
    await engine.handle(request());
    expect(metrics.recorded).toContainEqual(expect.objectContaining({ name: "CommandsFailed" }));
    clock.advance(2 * minute - 1);
    await engine.reconcile();
    expect(sent).toEqual([]);
    isDown = false;
    clock.advance(1);
    await engine.reconcile();
    expect(sent).toContain("run1/1/0");
  });
});

describe("an alert", () => {
  test("survives a sender that fails or dies, escalates by the clock, and is taken back by a good end", async () => {
    let isDown = true;
    const told: string[] = [];
    const { engine, request, clock, sent, stores } = openWorld({
      async notify({ action, channel }) {
        if (isDown) throw new Error("no network");
        told.push(`${action} ${channel}`);
      },
    });
    await engine.handle(request());
    await engine.handle(failedEvent(sent[0]?.command.key ?? "", clock.nowMs()));
    expect(told).toEqual([]);
    expect((await stores.incidents.read("dev/flights/flights"))?.value.untold).toHaveLength(1);
    isDown = false;
    clock.advance(2 * minute);
    await engine.escalate();
    expect(told).toEqual(["trigger slack"]);
    await engine.escalate();
    clock.advance(8 * minute);
    await engine.escalate();
    expect(told).toEqual(["trigger slack", "trigger pager"]);
    await engine.handle({ id: "again", type: "retried", runId: "run1", atMs: clock.nowMs(), by: "ann" });
    const key = sent.at(-1)?.command.key ?? "";
    const good = { id: `${key}/succeeded`, type: "succeeded", runId: "run1", key, atMs: clock.nowMs(), result: {} };
    await engine.handle(good as RunEvent);
    expect(told.slice(2)).toEqual(["resolve slack", "resolve pager"]);
  });

  test("of a breaker that opened is told by the minute, whoever opened it, and its closing too", async () => {
    const { engine, stores, told } = openWorld();
    const open = { version: 1, isOpen: true, generation: 1, sinceMs: 0, openMs: minute, probe: null };
    await stores.breakers.write("snowflake", { value: open, before: 0, deadlineAtMs: null });
    await engine.escalate();
    await engine.escalate();
    const closed = { ...open, version: 2, isOpen: false, generation: 2 };
    await stores.breakers.write("snowflake", { value: closed, before: 1, deadlineAtMs: null });
    await engine.escalate();
    expect(told.map(({ action, dedupKey }) => `${action} ${dedupKey}`)).toEqual([
      "trigger breaker/snowflake",
      "resolve breaker/snowflake",
    ]);
  });
});

describe("the reconciler", () => {
  test("begins nothing behind its deadline, and says that it did not come to the end", async () => {
    const { engine, request, clock, sent } = openWorld();
    await engine.handle(request());
    clock.advance(5 * minute);
    expect((await engine.reconcile({ deadlineAtMs: clock.nowMs() })).isComplete).toBe(false);
    expect(sent).toHaveLength(1);
  });
});
