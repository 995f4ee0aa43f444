import { openDynamoNotifyStores, openDynamoStarts } from "@snowmelt/pipeline/aws";
import { type ChannelReceipt, type ChannelState, openMemoryNotifyStores } from "@snowmelt/pipeline/notify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClaimsContract, versionedStoreContract } from "../../src/engine/testing/index.ts";
import { notificationOf } from "../notify/sample-notification.ts";
import { type EngineTables, openEngineTables } from "./open-engine-table.ts";

let tables: EngineTables;
const stack = new AsyncDisposableStack();
beforeAll(async () => {
  tables = stack.use(await openEngineTables());
});
afterAll(() => stack.disposeAsync());

const notifyStores = async () => {
  const { table } = await tables.open();
  return stack.use(openDynamoNotifyStores({ ...tables.place, table }));
};
const starts = async () => {
  const { table } = await tables.open();
  return stack.use(openDynamoStarts({ ...tables.place, table }));
};

const channelState = (number: number): ChannelState => ({
  schemaVersion: 1,
  allowance: { messages: number / 3, atMs: number },
  ownAllowances: { flights: { messages: 0.5, atMs: number } },
  known: [{ id: "a", opening: "b", action: "trigger", untilMs: number, claim: null }],
  groups: [{ key: "g", untilMs: number }],
  held: { named: [notificationOf({ count: number + 1 })], unnamed: number, untilMs: number, claim: null },
  trouble: { sinceMs: number, reason: "it answered 404 ✗", isFinal: true, isTold: false, isOver: false },
});
const receipt = (number: number): ChannelReceipt => ({
  sentAtMs: number,
  deliveredAtMs: null,
  confirmedAtMs: number,
  reason: `it answered 404 ${number}`,
});

for (const [where, open] of [
  ["in memory", async () => openMemoryNotifyStores()],
  ["in DynamoDB", notifyStores],
] as const) {
  describe(`what senders share of channels, ${where}`, () => {
    for (const { name, run } of versionedStoreContract(async () => (await open()).channels, channelState))
      it(name, run);
  });
  describe(`when channels were tried, ${where}`, () => {
    for (const { name, run } of versionedStoreContract(async () => (await open()).receipts, receipt)) it(name, run);
  });
}

describe("claims of starts in DynamoDB", () => {
  for (const { name, run } of startClaimsContract(starts)) it(name, run);
});

it("what is shared of a channel, and when it was tried, are two things of one name", async () => {
  const { channels, receipts } = await notifyStores();
  await channels.write("team", { value: channelState(1), before: 0, deadlineAtMs: null });
  expect(await receipts.read("team")).toBeUndefined();
  expect(await receipts.write("team", { value: receipt(1), before: 0, deadlineAtMs: null })).toBe(true);
  expect((await channels.read("team"))?.value).toEqual(channelState(1));
});
