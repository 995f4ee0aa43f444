import { manualClock } from "@snowmelt/core/ports";
import {
  confirmReceipt,
  openMemoryNotifyStores,
  sendSyntheticAlerts,
  staleReceipts,
  syntheticKey,
} from "@snowmelt/pipeline/notify";
import { expect, test } from "vitest";
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
