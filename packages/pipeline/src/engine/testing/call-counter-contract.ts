import assert from "node:assert/strict";
import type { ContractCase } from "@snowmelt/core/ports/testing";
import type { CallCounter } from "../versioned-store.ts";
import { contractCases } from "./contract-cases.ts";

/** What every CallCounter must do. `open` gives a new, empty one. */
export function callCounterContract(open: () => Promise<CallCounter>): readonly ContractCase[] {
  const { cases, contract } = contractCases(open);

  contract("adds up the calls of a minute, by name", async (calls) => {
    assert.deepEqual(await calls.recent("snowflake", { fromMinute: 0, toMinute: 10 }), []);
    await calls.add("snowflake", { minute: 5, ok: 1, bad: 0 });
    await calls.add("snowflake", { minute: 5, ok: 2, bad: 3 });
    await calls.add("snowflake/2", { minute: 5, ok: 100, bad: 100 });
    assert.deepEqual(await calls.recent("snowflake", { fromMinute: 0, toMinute: 10 }), [{ minute: 5, ok: 3, bad: 3 }]);
  });

  contract("tells the minutes that were asked for, both ends included, in their order", async (calls) => {
    for (const minute of [12, 9, 10, 11, 100]) await calls.add("s", { minute, ok: minute, bad: 0 });
    const recent = await calls.recent("s", { fromMinute: 9, toMinute: 11 });
    assert.deepEqual(
      recent,
      [9, 10, 11].map((minute) => ({ minute, ok: minute, bad: 0 })),
    );
  });

  contract("loses no call of many at once", async (calls) => {
    await Promise.all(
      Array.from({ length: 50 }, (_, call) => calls.add("s", { minute: 7, ok: call % 2, bad: 1 - (call % 2) })),
    );
    assert.deepEqual(await calls.recent("s", { fromMinute: 7, toMinute: 7 }), [{ minute: 7, ok: 25, bad: 25 }]);
  });

  contract("tells nothing that is older than a day", async (calls) => {
    await calls.add("s", { minute: 10, ok: 1, bad: 0 });
    await calls.add("s", { minute: 11, ok: 1, bad: 0 });
    await calls.add("s", { minute: 1451, ok: 1, bad: 0 });
    const recent = await calls.recent("s", { fromMinute: 0, toMinute: 1451 });
    assert.deepEqual(
      recent.map(({ minute }) => minute),
      [11, 1451],
    );
  });

  return cases;
}
