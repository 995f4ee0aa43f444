import assert from "node:assert/strict";
import type { ContractCase } from "@snowmelt/core/ports/testing";
import type { VersionedStore } from "../versioned-store.ts";
import { collect, contractCases } from "./contract-cases.ts";

/** What every VersionedStore must do. `open` gives a new, empty one; `sample` a value of its kind, another for each number. */
export function versionedStoreContract<T>(
  open: () => Promise<VersionedStore<T>>,
  sample: (number: number) => T,
): readonly ContractCase[] {
  const { cases, contract } = contractCases(open);
  const change = (number: number, before: number, deadlineAtMs: number | null = null) => ({
    value: sample(number),
    before,
    deadlineAtMs,
  });

  contract("gives back what was written, with its version", async (store) => {
    assert.equal(await store.read("a/b"), undefined);
    assert.equal(await store.write("a/b", change(1, 0)), true);
    assert.deepEqual(await store.read("a/b"), { value: sample(1), version: 1 });
    assert.equal(await store.write("a/b", change(2, 1)), true);
    assert.deepEqual(await store.read("a/b"), { value: sample(2), version: 2 });
    assert.equal(await store.read("a"), undefined);
  });

  contract("refuses who read another version than the last", async (store) => {
    assert.equal(await store.write("a", change(1, 1)), false);
    assert.equal(await store.read("a"), undefined);
    await store.write("a", change(1, 0));
    assert.equal(await store.write("a", change(2, 0)), false);
    assert.equal(await store.write("a", change(2, 2)), false);
    assert.deepEqual(await store.read("a"), { value: sample(1), version: 1 });
  });

  contract("lets one of many writers through, at each version", async (store) => {
    for (let before = 0; before < 12; before++) {
      const wrote = await Promise.all(
        Array.from({ length: 10 }, (_, index) => store.write("a", change(index, before))),
      );
      assert.equal(wrote.filter(Boolean).length, 1);
      assert.deepEqual(await store.read("a"), { value: sample(wrote.indexOf(true)), version: before + 1 });
    }
  });

  contract("tells which names are due, the longest overdue first", async (store) => {
    await store.write("late", change(1, 0, 3000));
    await store.write("early", change(2, 0, 1000));
    await store.write("never", change(3, 0));
    await store.write("middle", change(4, 0, 2000));
    assert.deepEqual(await store.due(999, 10), []);
    assert.deepEqual(await store.due(2000, 10), ["early", "middle"]);
    assert.deepEqual(await store.due(9000, 10), ["early", "middle", "late"]);
    assert.deepEqual(await store.due(9000, 1), ["early"]);
    await store.write("early", change(5, 1, 4000));
    await store.write("middle", change(6, 1, null));
    assert.deepEqual(await store.due(9000, 10), ["late", "early"]);
  });

  contract("lists every name once, as it is now", async (store) => {
    for (let number = 0; number < 5; number++) await store.write(`name/${number}`, change(number, 0));
    await store.write("name/3", change(33, 1));
    const listed = await collect(store.list());
    assert.deepEqual(
      listed.sort((a, b) => (a.name < b.name ? -1 : 1)),
      [0, 1, 2, 3, 4].map((number) => ({
        name: `name/${number}`,
        value: sample(number === 3 ? 33 : number),
        version: number === 3 ? 2 : 1,
      })),
    );
  });

  contract("takes any name", async (store) => {
    const names = [
      "a/b",
      "a/b/c",
      "a",
      "A",
      "%2F",
      "ünï/cødé",
      `${"long/".repeat(60)}x`,
      `${"long/".repeat(60)}y`,
      "..",
      " ",
    ];
    for (const [index, name] of names.entries()) assert.equal(await store.write(name, change(index, 0)), true);
    for (const [index, name] of names.entries()) assert.deepEqual((await store.read(name))?.value, sample(index));
    assert.deepEqual((await collect(store.list())).map(({ name }) => name).sort(), names.sort());
  });

  return cases;
}
