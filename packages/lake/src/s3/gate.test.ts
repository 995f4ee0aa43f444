import { expect, it } from "vitest";
import { openGate } from "./gate.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("lets so many run at a time, all in the end, and goes on after one that failed", async () => {
  const gate = openGate(3);
  let [running, most, ran] = [0, 0, 0];
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) =>
      gate(async () => {
        most = Math.max(most, ++running);
        await turn();
        running--;
        ran++;
        if (at % 4 === 0) throw new Error("broke");
      }),
    ),
  );
  expect([most, ran, running]).toEqual([3, 20, 0]);
  expect(results.filter(({ status }) => status === "rejected")).toHaveLength(5);
});

it("lets go of one that is aborted while it waits, without giving its place away twice", async () => {
  const gate = openGate(1);
  const controller = new AbortController();
  let end = (): void => undefined;
  const first = gate(() => new Promise<void>((resolve) => (end = resolve)));
  const aborted = gate(async () => "ran", controller.signal);
  const last = gate(async () => "ran");
  controller.abort(new Error("stop"));
  await expect(aborted).rejects.toThrow(/^stop$/);
  end();
  await first;
  expect(await last).toBe("ran");
  expect(await gate(async () => "again")).toBe("again");
});
