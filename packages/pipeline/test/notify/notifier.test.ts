import { alertLine } from "@snowmelt/core/alerts";
import type { Notification } from "@snowmelt/core/engine";
import { manualClock, memoryLogger, memoryMetrics, seededRandom } from "@snowmelt/core/ports";
import { openBreaker, openMemoryStores } from "@snowmelt/pipeline/engine";
import {
  ChannelState,
  type NotifierPorts,
  openMemoryNotifyStores,
  openNotifier,
  type RateLimits,
} from "@snowmelt/pipeline/notify";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { notificationOf } from "./sample-notification.ts";
import { type ScriptedChannel, scriptedChannel } from "./scripted-channel.ts";

const minute = 60_000;

function open(change: Partial<NotifierPorts> = {}) {
  const clock = manualClock(1_795_000_000_000);
  const { channels: store } = openMemoryNotifyStores();
  const team = scriptedChannel();
  const pager = scriptedChannel({ isGathered: false });
  const logger = memoryLogger();
  const metrics = memoryMetrics();
  const ports = {
    environment: "prod",
    channels: { team, pager },
    store,
    clock,
    logger,
    metrics,
    random: seededRandom(1),
    ...change,
  };
  return { ...ports, clock, team, pager, notifier: openNotifier(ports), logger, metrics };
}

const of = (dataset: string, change: Partial<Notification> = {}): Notification =>
  notificationOf({
    dedupKey: `prod/flights/${dataset}`,
    subject: { environment: "prod", pipeline: "flights", dataset },
    ...change,
  });
const kinds = (outcomes: readonly { readonly kind: string }[]): string[] => outcomes.map(({ kind }) => kind);
const told = ({ taken }: ScriptedChannel): string[][] =>
  taken.map(({ alert, others, unnamed }) => [
    ...[alert, ...others].map(({ action, dedupKey }) => `${action} ${dedupKey.split("/").at(-1)}`),
    ...(unnamed > 0 ? [`+${unnamed}`] : []),
  ]);

describe("a notification", () => {
  test("is sent once, also when two senders have it", async () => {
    const { notifier, team, pager, ...ports } = open();
    const other = openNotifier({ ...ports, channels: { team, pager } });
    const one = notificationOf({ channel: "pager" });
    const outcomes = await Promise.all([notifier.notify([one]), other.notify([one]), other.notify([one, one])]);
    expect(pager.taken).toHaveLength(1);
    expect(outcomes.flat().filter(({ kind }) => kind === "delivered").length).toBeGreaterThan(0);
    expect(kinds(await other.notify([one]))).toEqual(["duplicate"]);
  });

  test("of a next level, of an error that was a warning, and of an incident that opened anew is another one", async () => {
    const { notifier, pager } = open();
    const base = notificationOf({ channel: "pager", severity: "warning" });
    const all = [
      base,
      { ...base, severity: "error" as const },
      { ...base, level: 1 },
      { ...base, openedAtMs: base.openedAtMs + 1 },
    ];
    expect(kinds(await notifier.notify(all))).toEqual(["delivered", "delivered", "delivered", "delivered"]);
    expect(pager.taken).toHaveLength(4);
  });

  test("that could not be sent is sent when it is asked for again", async () => {
    const { notifier, pager } = open();
    pager.says({ kind: "unreachable", reason: "it answered 503", retryAfterMs: 5000 }, { kind: "delivered" });
    const one = notificationOf({ channel: "pager" });
    expect(await notifier.notify([one])).toEqual([{ kind: "deferred", reason: "it answered 503", retryAfterMs: 5000 }]);
    expect(kinds(await notifier.notify([one]))).toEqual(["delivered"]);
  });

  test("of a sender that died is sent by the next, once nobody can be at it any more", async () => {
    const { notifier, pager, clock, store, ...ports } = open();
    const dying = openNotifier({
      ...ports,
      store,
      clock,
      channels: { pager: { isGathered: false, deliver: () => new Promise(() => undefined) } },
    });
    const one = notificationOf({ channel: "pager" });
    void dying.notify([one]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await notifier.notify([one])).toEqual([
      { kind: "deferred", reason: "another sender is at it", retryAfterMs: 120_000 },
    ]);
    clock.advance(120_000);
    expect(kinds(await notifier.notify([one]))).toEqual(["delivered"]);
    expect(pager.taken).toHaveLength(1);
  });

  test("does not open anew what is over, by coming late", async () => {
    const { notifier, pager } = open();
    const one = notificationOf({ channel: "pager" });
    pager.says({ kind: "unreachable", reason: "it answered 503" }, { kind: "delivered" });
    await notifier.notify([one]);
    await notifier.notify([{ ...one, action: "resolve" }]);
    expect(kinds(await notifier.notify([one, { ...one, action: "acknowledge" }]))).toEqual(["overtaken", "overtaken"]);
    expect(told(pager)).toEqual([["resolve airports"]]);
  });

  test("comes before its end, in whatever order both are handed over", async () => {
    const { notifier, pager } = open();
    const one = notificationOf({ channel: "pager" });
    await notifier.notify([{ ...one, action: "resolve" }, { ...one, action: "acknowledge" }, one]);
    expect(told(pager)).toEqual([["trigger airports"], ["acknowledge airports"], ["resolve airports"]]);
  });

  test("for a channel that is not there is refused by name", async () => {
    const { notifier } = open();
    expect(await notifier.notify([notificationOf({ channel: "constructor" })])).toEqual([
      { kind: "refused", reason: "there is no channel constructor; there are: team, pager" },
    ]);
  });
});

describe("what comes together is told together", () => {
  test("to people, in one message", async () => {
    const { notifier, team } = open();
    const outcomes = await notifier.notify(["a", "b", "c"].map((dataset) => of(dataset)));
    expect(kinds(outcomes)).toEqual(["delivered", "delivered", "delivered"]);
    expect(told(team)).toEqual([["trigger a", "trigger b", "trigger c"]]);
  });

  test("what follows within seconds waits, and comes as one", async () => {
    const { notifier, team, clock } = open();
    await notifier.notify([of("a")]);
    for (const dataset of ["b", "c"]) expect(kinds(await notifier.notify([of(dataset)]))).toEqual(["held"]);
    expect(kinds(await notifier.notify([of("b")]))).toEqual(["duplicate"]);
    await notifier.flush();
    expect(told(team)).toEqual([["trigger a"]]);
    clock.advance(30_000);
    await Promise.all([notifier.flush(), notifier.flush()]);
    expect(told(team)).toEqual([["trigger a"], ["trigger b", "trigger c"]]);
    await notifier.flush();
    expect(team.taken).toHaveLength(2);
  });

  test("but a pipeline is not held for another's sake", async () => {
    const { notifier, team } = open();
    await notifier.notify([of("a")]);
    expect(kinds(await notifier.notify([of("x", { subject: { environment: "prod", pipeline: "other" } })]))).toEqual([
      "delivered",
    ]);
    expect(team.taken).toHaveLength(2);
  });

  test("and what is over before it was told is told as over", async () => {
    const { notifier, team, clock } = open();
    await notifier.notify([of("a")]);
    await notifier.notify([of("b")]);
    expect(kinds(await notifier.notify([of("b", { action: "resolve" })]))).toEqual(["held"]);
    clock.advance(30_000);
    await notifier.flush();
    expect(told(team)).toEqual([["trigger a"], ["resolve b"]]);
  });

  test("and is kept where it could not be sent", async () => {
    const { notifier, team, clock } = open();
    await notifier.notify([of("a")]);
    await notifier.notify([of("b")]);
    clock.advance(30_000);
    team.says({ kind: "unreachable", reason: "it answered 503" }, { kind: "delivered" });
    await notifier.flush();
    clock.advance(30_000);
    await notifier.flush();
    expect(told(team)).toEqual([["trigger a"], ["trigger b"]]);
  });

  test("and systems that keep incidents are told of each by itself", async () => {
    const { notifier, pager } = open();
    await notifier.notify(["a", "b"].map((dataset) => of(dataset, { channel: "pager" })));
    expect(told(pager)).toEqual([["trigger a"], ["trigger b"]]);
  });
});

describe("a channel gets no more messages than it may have", () => {
  const limits = { rateLimit: { messages: 3, perMs: minute }, gatherMs: 1 };

  test("people read how many more there are, and the first of them by name", async () => {
    const { notifier, team, clock, metrics } = open({ limits });
    for (let n = 0; n < 40; n++) {
      const subject = { environment: "prod", pipeline: `p${n}` };
      await notifier.notify([of(`d${n}`, { subject })]);
    }
    expect(team.taken).toHaveLength(3);
    clock.advance(minute);
    await notifier.flush();
    expect(team.taken).toHaveLength(4);
    expect(team.taken[3]).toMatchObject({ alert: { dedupKey: "prod/flights/d3" }, unnamed: 17 });
    expect(team.taken[3]?.others).toHaveLength(19);
    expect(metrics.recorded.filter(({ name }) => name === "NotificationsHeld")).toHaveLength(37);
  });

  test("systems are told later, not never", async () => {
    const { notifier, pager, clock } = open({ limits });
    const all = Array.from({ length: 5 }, (_, n) => of(`d${n}`, { channel: "pager" }));
    const outcomes = await notifier.notify(all);
    expect(kinds(outcomes)).toEqual(["delivered", "delivered", "delivered", "deferred", "deferred"]);
    expect(outcomes[3]).toMatchObject({ retryAfterMs: 20_000 });
    clock.advance(minute);
    expect(kinds(await notifier.notify(all))).toEqual([
      "duplicate",
      "duplicate",
      "duplicate",
      "delivered",
      "delivered",
    ]);
    expect(pager.taken).toHaveLength(5);
  });
});

describe("a pipeline's own limit", () => {
  const limits = {
    rateLimit: { messages: 2, perMs: minute },
    ownRateLimits: { calm: { messages: 1, perMs: 60 * minute } },
  };
  const one = (pipeline: string, n: number): Notification =>
    of(`${pipeline}${n}`, { channel: "pager", subject: { environment: "prod", pipeline } });

  test("holds for it alone, and takes nothing of what the others have", async () => {
    const { notifier, clock } = open({ limits });
    const all = [one("calm", 1), one("calm", 2), one("a", 1), one("b", 1), one("b", 2)];
    expect(kinds(await notifier.notify(all))).toEqual(["delivered", "deferred", "delivered", "delivered", "deferred"]);
    clock.advance(minute);
    expect(kinds(await notifier.notify([one("calm", 2), one("b", 2)]))).toEqual(["deferred", "delivered"]);
    clock.advance(60 * minute);
    expect(kinds(await notifier.notify([one("calm", 2)]))).toEqual(["delivered"]);
  });

  test("is as the definitions have it at that moment", async () => {
    let ownRateLimits: RateLimits["ownRateLimits"] = { a: { messages: 1, perMs: 60 * minute } };
    const { notifier } = open({ rateLimits: async () => ({ ownRateLimits }) });
    expect(kinds(await notifier.notify([one("a", 1), one("a", 2)]))).toEqual(["delivered", "deferred"]);
    ownRateLimits = {};
    expect(kinds(await notifier.notify([one("a", 2)]))).toEqual(["delivered"]);
  });

  test("that cannot be read keeps no alert back", async () => {
    const { notifier, logger } = open({ rateLimits: () => Promise.reject(new Error("no bucket")) });
    expect(kinds(await notifier.notify([one("a", 1)]))).toEqual(["delivered"]);
    expect(logger.records.some(({ level }) => level === "warn")).toBe(true);
  });
});

describe("a channel that fails", () => {
  test("keeps no other from its messages, and is told of on them at once where it refuses for good", async () => {
    const { notifier, team, pager } = open();
    team.says({ kind: "refused", reason: "it answered 404: no_service" });
    const outcomes = await notifier.notify([notificationOf({}), notificationOf({ channel: "pager" })]);
    expect(outcomes).toEqual([{ kind: "refused", reason: "it answered 404: no_service" }, { kind: "delivered" }]);
    expect(pager.taken.map(({ alert }) => alertLine(alert))).toContainEqual(
      expect.stringMatching(/^\[warning\] \(prod\): Alerts do not reach the channel team: it answered 404: no_service/),
    );
    const before = pager.taken.length;
    await notifier.notify([notificationOf({ level: 1 })]);
    await notifier.flush();
    expect(pager.taken).toHaveLength(before);
  });

  test("is told of as working again", async () => {
    const { notifier, team, pager } = open();
    team.says({ kind: "refused", reason: "it answered 404" }, { kind: "delivered" });
    await notifier.notify([of("a")]);
    await notifier.notify([of("b", { subject: { pipeline: "other" } })]);
    await notifier.flush();
    expect(told(pager)).toEqual([["trigger team"], ["resolve team"]]);
    expect(new Set(pager.taken.map(({ alert }) => alert.openedAtMs)).size).toBe(1);
  });

  test("is told of where nothing gets through for ten minutes", async () => {
    const { notifier, team, pager, clock } = open();
    team.says({ kind: "unreachable", reason: "ECONNREFUSED" });
    for (let n = 0; n < 10; n++) {
      await notifier.notify([of("a")]);
      clock.advance(minute);
    }
    expect(pager.taken).toHaveLength(0);
    await notifier.notify([of("a")]);
    expect(told(pager)).toEqual([["trigger team"]]);
  });

  test("that throws says its error's name alone", async () => {
    const { notifier, team, logger } = open();
    team.says("throws");
    const outcomes = await notifier.notify([of("a")]);
    expect(outcomes).toEqual([{ kind: "deferred", reason: "the channel's code failed: TypeError" }]);
    expect(JSON.stringify(logger.records)).not.toContain("hunter2");
  });

  test("is left alone by its breaker, and by it alone", async () => {
    const stores = openMemoryStores();
    const clock = manualClock(1_795_000_000_000);
    const breakerPorts = {
      ...stores,
      clock,
      random: seededRandom(2),
      logger: memoryLogger(),
      metrics: memoryMetrics(),
    };
    const config = { badShare: 0.5, minCalls: 2, windowMinutes: 5, openMs: minute, maxOpenMs: minute, probeMs: minute };
    const { notifier, team, pager } = open({ breaker: openBreaker(config, breakerPorts), clock });
    team.says({ kind: "unreachable", reason: "ECONNREFUSED" });
    for (let n = 0; n < 2; n++) await notifier.notify([of("a")]);
    team.says({ kind: "delivered" });
    expect(await notifier.notify([of("a"), of("a", { channel: "pager" })])).toMatchObject([
      { kind: "deferred", reason: "it failed too often of late and is left alone", retryAfterMs: minute },
      { kind: "delivered" },
    ]);
    expect([team.taken.length, pager.taken.length]).toEqual([0, 1]);
    clock.advance(minute);
    expect(kinds(await notifier.notify([of("a")]))).toEqual(["delivered"]);
  });
});

test("where what senders share is down, messages are sent all the same, and nothing is said to be held", async () => {
  const down = () => Promise.reject(new Error("down"));
  const store = { read: down, write: down, due: down, list: async function* () {} };
  const { notifier, team, logger } = open({ store, limits: { rateLimit: { messages: 2, perMs: minute } } });
  const all = ["a", "b", "c"].map((name) => of(name, { subject: { pipeline: name } }));
  expect(kinds(await notifier.notify(all))).toEqual(["delivered", "delivered", "deferred"]);
  expect(team.taken).toHaveLength(2);
  expect(logger.records.some(({ level }) => level === "warn")).toBe(true);
});

test("whatever happens, everything is told at least once, nothing twice but for a death, and no end before its beginning", async () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant("notify" as const),
      picks: fc.array(fc.tuple(fc.nat(7), fc.constantFrom("trigger" as const, "resolve" as const)), {
        minLength: 1,
        maxLength: 6,
      }),
    }),
    fc.record({ do: fc.constant("fail" as const) }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1000, 40_000, 130_000) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.constantFrom("team", "pager"), async (steps, channel) => {
      const world = open({
        limits: { rateLimit: { messages: 4, perMs: minute } },
        warnAfterMs: Number.MAX_SAFE_INTEGER,
      });
      const { notifier, clock } = world;
      const target = channel === "team" ? world.team : world.pager;
      const outbox = new Map<string, Notification>();
      const asked = new Set<string>();
      const run = async (batch: readonly Notification[]): Promise<void> => {
        const outcomes = await notifier.notify(batch);
        for (const [index, { kind }] of outcomes.entries()) {
          const one = batch[index];
          if (one && kind !== "deferred") outbox.delete(`${one.action} ${one.dedupKey}`);
        }
      };
      for (const each of steps) {
        if (each.do === "fail") target.says({ kind: "unreachable", reason: "x" }, { kind: "delivered" });
        else if (each.do === "wait") {
          clock.advance(each.ms);
          await notifier.flush();
        } else {
          const batch = each.picks.map(([n, action]) =>
            of(`d${n}`, { channel, action, subject: { pipeline: `p${n % 3}` } }),
          );
          for (const one of batch) {
            outbox.set(`${one.action} ${one.dedupKey}`, one);
            asked.add(`${one.action} ${one.dedupKey}`);
          }
          await run(batch);
        }
      }
      target.says({ kind: "delivered" });
      for (let n = 0; n < 20; n++) {
        clock.advance(minute);
        await run([...outbox.values()]);
        await notifier.flush();
      }
      expect(outbox.size).toBe(0);
      const lines = told(target).flat();
      expect(lines.filter((line) => line.startsWith("+"))).toEqual([]);
      expect(new Set(lines).size, "nothing twice").toBe(lines.length);
      for (const key of asked) {
        const [action = "", dedupKey = ""] = key.split(" ");
        const name = dedupKey.split("/").at(-1);
        const isOver = lines.includes(`resolve ${name}`);
        expect(lines.includes(`${action} ${name}`) || isOver, key).toBe(true);
        if (lines.includes(`trigger ${name}`) && isOver && channel === "pager") {
          expect(lines.indexOf(`trigger ${name}`)).toBeLessThan(lines.indexOf(`resolve ${name}`));
        }
      }
      const state = (await world.store.read(channel))?.value;
      expect(state === undefined || ChannelState.safeParse(state).success).toBe(true);
    }),
    { numRuns: 200 },
  );
});
