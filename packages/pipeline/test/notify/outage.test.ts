import { BreakerConfig, EscalationPolicy, type Notification, type RunEvent } from "@snowmelt/core/engine";
import { manualClock, memoryLogger, memoryMetrics, memorySecrets, seededRandom } from "@snowmelt/core/ports";
import {
  type CommandMessage,
  carryOutCommand,
  guardRunner,
  openBreaker,
  openEngine,
  openMemoryStores,
  type StageReply,
} from "@snowmelt/pipeline/engine";
import { openChannels, openMemoryNotifyStores, openNotifier, openPost } from "@snowmelt/pipeline/notify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { graphOf } from "../engine/graph.ts";
import { type AlertQueues, openAlertQueues } from "./alert-queues.ts";
import { type HttpSink, openHttpSink } from "./http-sink.ts";

const minute = 60_000;
const began = 30_000_000 * minute;
const functions = ["extract", "verify"] as const;
const firstLevel = ["bus", "ops", "team", "topic"];
const everyone = ["bus", "chat", "ops", "pager", "team", "topic"];

const stack = new AsyncDisposableStack();
let queues: AlertQueues;
let sink: HttpSink;
beforeAll(async () => {
  queues = stack.use(await openAlertQueues());
  sink = stack.use(await openHttpSink());
}, 120_000);
afterAll(() => stack.disposeAsync());

/** Functions with nothing in common but their stores and queues, and a Snowflake that is up or down. */
function openFunctions() {
  const clock = manualClock(began);
  const logger = memoryLogger();
  const metrics = memoryMetrics();
  const stores = openMemoryStores();
  const starts = new Set<string>();
  const commands: CommandMessage[] = [];
  const alerts: Notification[] = [];
  const snowflake = { isUp: false, calls: [] as { readonly what: string; readonly atMs: number }[] };
  const policy = EscalationPolicy.parse({
    levels: [
      { afterMs: 0, channels: ["team", "ops", "topic", "bus"] },
      { afterMs: 10 * minute, channels: ["pager", "chat"] },
    ],
  });
  const engine = openEngine({
    environment: "dev",
    stores,
    planGraph: async ({ runId }) =>
      graphOf(["extract", "verify"], {
        tasks: runId.split("#").slice(0, 1),
        retry: { attempts: runId.startsWith("airports") ? 3 : 20, baseDelayMs: 1, maxDelayMs: 1 },
      }),
    carrier: { send: async (message) => void commands.push(message) },
    policyOf: async () => policy,
    notify: async (notification) => void alerts.push(notification),
    announce: async () => undefined,
    clock,
    random: seededRandom(1),
    logger,
    metrics,
  });
  const random = seededRandom(2);
  const runnerOf = (stage: (typeof functions)[number]) => {
    const breaker = openBreaker(BreakerConfig.parse({ minCalls: 6 }), { ...stores, clock, random, logger, metrics });
    const start = async ({ task }: { readonly task: string }): Promise<StageReply> => {
      snowflake.calls.push({ what: `${stage} ${task}`, atMs: clock.nowMs() });
      const failure = { code: "CONNECTION_FAILED", message: "Snowflake is not reachable.", retryable: true };
      return snowflake.isUp ? { kind: "succeeded", result: {} } : { kind: "failed", failure };
    };
    return guardRunner({ start }, breaker, "snowflake");
  };
  const runners = Object.fromEntries(functions.map((stage) => [stage, runnerOf(stage)]));
  const carry = (message: CommandMessage) =>
    carryOutCommand(
      {
        ...{ runs: stores.runs, leases: stores.leases, clock, logger, metrics, leaseMs: 30 * minute, clockSkewMs: 0 },
        runners,
        starts: { claim: async (key) => !starts.has(key) && Boolean(starts.add(key)) },
        tell: async (event) => void (await engine.handle(event)),
      },
      message,
      { deadlineAtMs: clock.nowMs(), signal: new AbortController().signal },
    );
  return {
    ...{ clock, engine, logger, metrics, snowflake, alerts },
    /** Every function until none has anything to do. */
    async work() {
      while (commands.length > 0) await this.workOnce();
    },
    /** On everything that waits, at once. */
    workOnce: () => Promise.all(commands.splice(0).map(carry)),
    /** What comes every minute. */
    async minute() {
      clock.advance(minute);
      await engine.reconcile();
      await this.work();
      await engine.escalate();
    },
    ask: (runId: string, type: "requested" | "retried" = "requested") =>
      engine.handle({
        ...{ id: `${type}/${runId}`, runId, atMs: clock.nowMs() },
        ...(type === "requested" ? { type, trigger: {} } : { type, by: "ann" }),
      } satisfies RunEvent),
    statusOf: async (runId: string) => (await stores.runs.read(runId))?.state.status,
    breaker: async () => (await stores.breakers.read("snowflake"))?.value,
  };
}

function openAlerts({ clock, logger }: Pick<ReturnType<typeof openFunctions>, "clock" | "logger">) {
  const secrets = memorySecrets({
    slack: `${sink.url}/team`,
    hook: `${sink.url}/ops`,
    key: `whsec_${Buffer.alloc(32, 3).toString("base64")}`,
    routing: "ROUTINGKEY",
  });
  const channels = openChannels(
    {
      team: { kind: "slack", url: { secret: "slack" } },
      ops: { kind: "webhook", url: { secret: "hook" }, signingKeys: [{ secret: "key" }] },
      pager: { kind: "pagerDuty", routingKey: { secret: "routing" }, region: "eu" },
      topic: { kind: "sns", topic: "alerts" },
      chat: { kind: "amazonQ", topic: "chat" },
      bus: { kind: "eventBridge", bus: "ops" },
    },
    { secrets, post: openPost(), clock, pagerDutyEndpoint: `${sink.url}/pager`, ...queues },
  );
  const store = openMemoryNotifyStores().channels;
  return openNotifier({ environment: "dev", channels, store, clock, logger });
}

/** `channel action key` of everything that arrived since it was asked last, in the words of each service. */
function openHearing() {
  let seen = 0;
  const body = (text: unknown) => JSON.parse(String(text));
  return async (): Promise<readonly string[]> => {
    const [alerts, chat, ops] = await Promise.all([queues.heard("alerts"), queues.heard("chat"), queues.heard("ops")]);
    const posted = sink.received.slice(seen).map(({ path, body: text }) => {
      const { event_action, dedup_key, data, text: title } = body(text);
      if (path === "/pager") return `pager ${event_action} ${dedup_key}`;
      if (path === "/ops") return `ops ${data.action} ${data.dedupKey}`;
      return `team ${/\[resolved\]/.test(title) ? "resolve" : "trigger"} ${keyIn(text)}`;
    });
    seen = sink.received.length;
    return [
      ...posted,
      ...alerts.map(({ Message, MessageAttributes }) => {
        const { action } = MessageAttributes as { action: { Value: string } };
        return `topic ${action.Value} ${keyIn(String(Message))}`;
      }),
      ...chat.map(({ Message }) => {
        const { eventType, threadId } = body(Message).metadata;
        return `chat ${String(eventType).split(".").at(-1)} ${threadId}`;
      }),
      ...ops.map(({ detail }) => {
        const { action, dedupKey } = detail as { action: string; dedupKey: string };
        return `bus ${action} ${dedupKey}`;
      }),
    ];
  };
}

const airports = "dev/flights/airports";
const service = "dev/breaker/snowflake";
const keyIn = (text: string): string => (text.includes("airports") ? airports : service);
const of = (heard: readonly string[], action: string, key: string): string[] =>
  heard
    .filter((line) => line.endsWith(` ${action} ${key}`))
    .map((line) => line.split(" ")[0] ?? "")
    .sort();

test("Snowflake down past the last retry: each channel is told once and on time, and of the end; one probe closes the breaker", async () => {
  const world = openFunctions();
  const { ask, breaker, snowflake, clock, engine } = world;
  const notifier = openAlerts(world);
  const hear = openHearing();
  const send = async (): Promise<void> => {
    const outcomes = await notifier.notify(world.alerts.splice(0));
    expect(outcomes.filter(({ kind }) => kind !== "delivered" && kind !== "held")).toEqual([]);
    await notifier.flush();
  };

  await ask("airports");
  await world.work();
  for (let n = 0; n < 2; n++) await world.minute();
  expect(await world.statusOf("airports")).toBe("failed");
  const openedAtMs = clock.nowMs();
  // The same again, before anybody was told: the incident counts it, and the breaker has seen enough.
  await ask("airports#2");
  await world.work();
  for (let n = 0; n < 2; n++) await world.minute();
  expect(await world.statusOf("airports#2")).toBe("failed");
  expect(snowflake.calls.map(({ what }) => what)).toEqual(Array.from({ length: 6 }, () => "extract airports"));
  expect((await breaker())?.isOpen).toBe(true);
  await send();
  const first = await hear();
  expect(of(first, "trigger", airports)).toEqual(firstLevel);
  expect(of(first, "trigger", service)).toEqual(firstLevel);
  expect(first).toHaveLength(8);

  // Other runs come: none reaches the service, and none fails for it.
  const others = ["a", "b", "c", "d"];
  for (const runId of others) await ask(runId);
  await world.work();
  expect(snowflake.calls).toHaveLength(6);
  expect(world.metrics.recorded.filter(({ name }) => name === "CallsRefused")).toHaveLength(4);

  for (let n = 0; n < 7; n++) {
    await world.minute();
    await send();
  }
  clock.advance(minute - 1);
  await engine.escalate();
  await send();
  expect(await hear()).toEqual([]);
  clock.advance(1);
  expect(clock.nowMs()).toBe(openedAtMs + 10 * minute);
  await engine.escalate();
  await send();
  const second = await hear();
  expect(of(second, "trigger", airports)).toEqual(["chat", "pager"]);
  expect(second).toHaveLength(2);
  clock.advance(2 * minute);
  await engine.escalate();
  await send();
  expect(of(await hear(), "trigger", service)).toEqual(["chat", "pager"]);
  const probes = snowflake.calls.slice(6).map(({ atMs }) => atMs);
  expect(probes.length).toBeGreaterThan(1);
  expect(new Set(probes).size, "one call at a time while it is open").toBe(probes.length);

  snowflake.isUp = true;
  const { sinceMs = 0, openMs = 0 } = (await breaker()) ?? {};
  clock.advance(Math.max(0, sinceMs + openMs - clock.nowMs()));
  const before = snowflake.calls.length;
  // All runs at once, as their time has come: one is let through, and none follows it before it has told.
  await engine.reconcile();
  await world.workOnce();
  expect(snowflake.calls).toHaveLength(before + 1);
  expect((await breaker())?.isOpen).toBe(false);
  await world.work();
  while ((await Promise.all(others.map(world.statusOf))).some((status) => status === "running")) await world.minute();
  expect(await Promise.all(others.map(world.statusOf))).toEqual(others.map(() => "succeeded"));
  const called = new Set(snowflake.calls.map(({ what }) => what.split(" ")[0]));
  expect(called).toEqual(new Set(functions));

  await ask("airports#2", "retried");
  await world.work();
  expect(await world.statusOf("airports#2")).toBe("succeeded");
  await world.minute();
  await send();
  const last = await hear();
  expect(of(last, "resolve", airports)).toEqual(everyone);
  expect(of(last, "resolve", service)).toEqual(everyone);
  expect(last).toHaveLength(12);
  expect(JSON.stringify(world.logger.records)).not.toMatch(/ROUTINGKEY|whsec_|localhost/);
});
