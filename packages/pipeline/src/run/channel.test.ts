import { expect, test } from "vitest";
import { openChannel } from "./channel.ts";

test("hands items over in order and ends when closed", async () => {
  const channel = openChannel<number>(2);
  const produced = (async () => {
    for (let item = 1; item <= 5; item++) await channel.send(item);
    channel.close();
  })();
  const seen: number[] = [];
  for await (const item of channel) seen.push(item);
  await produced;
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

test("holds the producer back while it is full", async () => {
  const channel = openChannel<number>(1);
  await channel.send(1);
  let sent = false;
  const second = channel.send(2).then(() => {
    sent = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(sent).toBe(false);
  for await (const _ of channel) break;
  await second;
  expect(sent).toBe(true);
});

test("a failed consumer stops the producer, also one that waits", async () => {
  const channel = openChannel<number>(1);
  await channel.send(1);
  const waiting = channel.send(2);
  channel.fail(new Error("disk full"));
  await expect(waiting).rejects.toThrow("disk full");
  await expect(channel.send(3)).rejects.toThrow("disk full");
});
