import assert from "node:assert/strict";
import type { Clock } from "../clock.ts";
import { type ContractCase, openCases } from "./contract-case.ts";

/** What every Clock must do. `open` gives a clock that no other case uses. */
export function clockContract(open: () => Clock | Promise<Clock>): readonly ContractCase[] {
  const { cases, contract } = openCases(open);

  contract("tells whole milliseconds since the epoch", (clock) => {
    assert.ok(Number.isSafeInteger(clock.nowMs()));
  });

  contract("never goes back in its monotonic time", (clock) => {
    let last = clock.monotonicMs();
    for (let look = 0; look < 100; look++) {
      const now = clock.monotonicMs();
      assert.ok(now >= last);
      last = now;
    }
  });

  contract("has moved on by what was slept", async (clock) => {
    const before = clock.monotonicMs();
    await clock.sleep(5);
    // Timers count whole milliseconds and may end a fraction of one early.
    assert.ok(clock.monotonicMs() - before >= 4);
  });

  contract("sleeps no time at all when asked to", async (clock) => {
    await clock.sleep(0);
  });

  contract("does not sleep when it is aborted already, and rejects", async (clock) => {
    await assert.rejects(clock.sleep(60_000, AbortSignal.abort()));
  });

  contract("is free of the signal once it has slept", async (clock) => {
    const controller = new AbortController();
    await clock.sleep(1, controller.signal);
    controller.abort();
  });

  return cases;
}
