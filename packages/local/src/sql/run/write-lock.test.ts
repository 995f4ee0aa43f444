import { expect, it } from "vitest";
import { openWriteLock } from "./write-lock.ts";

it("lets one in at a time, in order", async () => {
  const lock = openWriteLock();
  const { signal } = new AbortController();
  const order: number[] = [];
  const work = async (id: number) => {
    const release = await lock.acquire(signal);
    order.push(id);
    await Promise.resolve();
    order.push(id);
    release();
  };
  await Promise.all([1, 2, 3].map(work));
  expect(order).toEqual([1, 1, 2, 2, 3, 3]);
});

it("passes over a waiter that gave up", async () => {
  const lock = openWriteLock();
  const release = await lock.acquire(new AbortController().signal);
  const abort = new AbortController();
  const gaveUp = lock.acquire(abort.signal);
  const next = lock.acquire(new AbortController().signal);
  abort.abort(new Error("tired"));
  await expect(gaveUp).rejects.toThrow("tired");
  release();
  (await next)();
});
