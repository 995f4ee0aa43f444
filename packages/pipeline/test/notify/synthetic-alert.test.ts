import { manualClock, memoryLogger, seededRandom } from "@snowmelt/core/ports";
import {
  confirmReceipt,
  openMemoryNotifyStores,
  openNotifier,
  sendSyntheticAlerts,
  staleReceipts,
  syntheticKey,
} from "@snowmelt/pipeline/notify";
import { describe, expect, test } from "vitest";
import { scriptedChannel } from "./scripted-channel.ts";

const day = 86_400_000;

function open() {
  const clock = manualClock(1_795_000_000_000);
  const { receipts } = openMemoryNotifyStores();
  const team = scriptedChannel();
  const pager = scriptedChannel({ isGathered: false });
  return { environment: "prod", channels: { team, pager }, receipts, clock, team, pager };
}

test("each channel is tried, and what keeps incidents is told that it is over", async () => {
  const ports = open();
  const receipts = await sendSyntheticAlerts(ports);
  const nowMs = ports.clock.nowMs();
  expect(receipts).toMatchObject({ team: { sentAtMs: nowMs, deliveredAtMs: nowMs }, pager: { deliveredAtMs: nowMs } });
  expect(ports.team.taken.map(({ alert }) => alert.action)).toEqual(["trigger"]);
  expect(ports.pager.taken.map(({ alert }) => [alert.action, alert.dedupKey])).toEqual([
    ["trigger", syntheticKey("prod", "pager")],
    ["resolve", syntheticKey("prod", "pager")],
  ]);
  expect(staleReceipts(receipts, { nowMs: nowMs + 8 * day })).toEqual([]);
});

test("a channel that nothing gets through to is told of, with the reason, and since when", async () => {
  const ports = open();
  const firstMs = ports.clock.nowMs();
  await sendSyntheticAlerts(ports);
  ports.clock.advance(9 * day);
  ports.team.says({ kind: "refused", reason: "it answered 404" });
  const receipts = await sendSyntheticAlerts(ports);
  expect(staleReceipts(receipts, { nowMs: ports.clock.nowMs() })).toEqual([
    { channel: "team", lastAtMs: firstMs, reason: "it answered 404" },
  ]);
});

test("a channel that was never tried is stale", () => {
  expect(staleReceipts({ team: undefined }, { nowMs: 0 })).toEqual([{ channel: "team", lastAtMs: null, reason: null }]);
});

test("that somebody read it is known when they say so", async () => {
  const ports = open();
  await sendSyntheticAlerts(ports);
  const nowMs = ports.clock.nowMs();
  const receipts = async () => ({ team: (await ports.receipts.read("team"))?.value });
  expect(staleReceipts(await receipts(), { nowMs, by: "confirmed" })).toHaveLength(1);
  await confirmReceipt(ports.receipts, { channel: "team", atMs: nowMs });
  expect(staleReceipts(await receipts(), { nowMs, by: "confirmed" })).toEqual([]);
});

describe("each minute", () => {
  const hour = 3_600_000;

  function openMinutes() {
    const ports = open();
    const { channels: store } = openMemoryNotifyStores();
    const notifiers = [1, 2].map((seed) =>
      openNotifier({ ...ports, store, random: seededRandom(seed), logger: memoryLogger() }),
    );
    return {
      ...ports,
      minute: async () => void (await Promise.all(notifiers.map((notifier) => notifier.flush()))),
      tests: () => ports.team.taken.filter(({ alert }) => alert.dedupKey === syntheticKey("prod", "team")).length,
    };
  }

  test("a channel that is new is tried by one of many that look, and then once a week", async () => {
    const { minute, tests, clock, receipts } = openMinutes();
    await minute();
    await minute();
    expect(tests()).toBe(1);
    clock.advance(7 * day - 1);
    await minute();
    expect(tests()).toBe(1);
    clock.advance(1);
    await minute();
    expect(tests()).toBe(2);
    expect((await receipts.read("team"))?.value).toMatchObject({ deliveredAtMs: clock.nowMs(), reason: null });
  });

  test("one that does not take its test is told of on the others, is tried by the hour, and is told of as working again", async () => {
    const { minute, tests, clock, team, pager } = openMinutes();
    team.says({ kind: "refused", reason: "it answered 404" });
    await minute();
    const told = () =>
      pager.taken
        .filter(({ alert }) => alert.dedupKey === "prod/snowmelt/channel/team")
        .map(({ alert }) => alert.action);
    expect(told()).toEqual(["trigger"]);
    team.says({ kind: "delivered" });
    clock.advance(hour - 1);
    await minute();
    expect([tests(), told()]).toEqual([0, ["trigger"]]);
    clock.advance(1);
    await minute();
    await minute();
    expect([tests(), told()]).toEqual([1, ["trigger", "resolve"]]);
  });

  test("one whose sender died is tried again", async () => {
    const { minute, clock, receipts } = openMinutes();
    const value = {
      sentAtMs: clock.nowMs(),
      deliveredAtMs: null,
      confirmedAtMs: null,
      reason: "nothing is known of its end",
    };
    await receipts.write("team", { value, before: 0, deadlineAtMs: null });
    clock.advance(hour);
    await minute();
    expect((await receipts.read("team"))?.value.deliveredAtMs).toBe(clock.nowMs());
  });
});
