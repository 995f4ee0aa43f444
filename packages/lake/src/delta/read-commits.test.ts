import { memoryObjectStore, type ObjectStore } from "@snowmelt/core/ports";
import { expect, it } from "vitest";
import { toCommitPath } from "./log-path.ts";
import { readCommits } from "./read-commits.ts";

/** A log of entries of so many bytes; tells how many were asked for. */
async function logOf(entries: number, entryBytes: number) {
  const store = memoryObjectStore();
  for (let version = 0; version < entries; version++) {
    const line = `{"txn":{"appId":"a","version":${version}}}`;
    await store.put(`t/${toCommitPath(version)}`, new TextEncoder().encode(line.padStart(entryBytes)));
  }
  const asked = { count: 0 };
  const counting: ObjectStore = {
    ...store,
    get(key, options) {
      asked.count++;
      return store.get(key, options);
    },
  };
  return { table: { store: counting, path: "t" }, asked };
}

/** How many entries were ahead of each as it came. */
async function aheadOf(entries: number, entryBytes: number): Promise<readonly number[]> {
  const { table, asked } = await logOf(entries, entryBytes);
  const ahead: number[] = [];
  for await (const { version } of readCommits(table, { first: 0, last: entries - 1 })) {
    expect(version).toBe(ahead.length);
    ahead.push(asked.count - version - 1);
  }
  return ahead;
}

it("entries come in order, a few ahead at first and more when they are small", async () => {
  expect(await aheadOf(30, 100)).toEqual([3, ...Array.from({ length: 14 }, () => 15), ...range(15)]);
});

it("large entries are not ahead all at once", async () => {
  expect(await aheadOf(9, 3 << 20)).toEqual([3, 2, 1, 1, 1, 1, 1, 1, 0]);
});

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => count - 1 - at);
