import { expect, test } from "vitest";
import { abortOnSignal } from "./abort-on-signal.ts";

test("the first signal aborts, the same one passed on by a parent is one with it, a later one is impatience", () => {
  let now = 1000;
  let impatient = 0;
  {
    using interruption = abortOnSignal(
      () => impatient++,
      () => now,
    );
    expect(interruption.signal.aborted).toBe(false);
    process.emit("SIGTERM");
    expect(interruption.signal.reason).toMatchObject({ code: "ABORTED", category: "aborted" });
    now += 100;
    process.emit("SIGTERM");
    expect(impatient).toBe(0);
    now += 1000;
    process.emit("SIGINT");
    expect(impatient).toBe(1);
  }
  expect(process.listenerCount("SIGINT") + process.listenerCount("SIGTERM")).toBe(0);
});
