import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openByteKeys } from "./byte-keys.ts";
import { mergeRuns } from "./merge-runs.ts";
import { openRunStore } from "./run-store.ts";
import { openSpillFile } from "./spill-file.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "snowmelt-keys-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe("a spill file", () => {
  it("gives back what was appended, and leaves no name behind while it is open", async () => {
    const file = await openSpillFile(join(directory, "made/when/absent"));
    expect(await file.append(Uint8Array.of(1, 2, 3))).toBe(0);
    expect(await file.append(Uint8Array.of(4, 5))).toBe(3);
    const read = new Uint8Array(2);
    await file.read(2, read);
    expect(read).toEqual(Uint8Array.of(3, 4));
    expect(await readdir(join(directory, "made/when/absent"))).toEqual([]);
    await expect(file.read(4, read)).rejects.toThrow("the spill file ends at 5, expected 6");
    await file.close();
  });
});

describe("a spill file that the disk refuses", () => {
  it("is an error that names the folder and what to do", async () => {
    const path = join(directory, "a file");
    await writeFile(path, "");
    await expect(openSpillFile(join(path, "below"))).rejects.toMatchObject({
      code: "SPILL_FAILED",
      category: "storage",
      message: expect.stringMatching(
        /could not be put aside in .*a file\/below: ENOTDIR.* Free space there, name another folder/,
      ),
    });
  });
});

describe("keys in byte form", () => {
  const sameHash = (_bytes: Uint8Array, _start: number, _end: number, into: { high: number; low: number }) => {
    into.high = 7;
    into.low = 0xff00_0001;
  };

  it("are only the same when their bytes are, even if all share a hash, a run is a few bytes and all of it is spilled", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3, max: 2 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        async (added, maxRunBytes, collides) => {
          const store = openRunStore({ memoryBudgetBytes: 50, spillDirectory: directory });
          const keys = openByteKeys(store, { maxRunBytes, ...(collides ? { hash: sameHash } : {}) });
          for (const key of added) {
            keys.reserve(key.byteLength);
            keys.bytes.set(key, keys.length);
            keys.push(keys.length + key.byteLength);
            if (keys.isFull) await keys.flush();
          }
          await keys.flush();
          const found: [string, number][] = [];
          await mergeRuns(store.runs, "wordAndBytes", (key, count) =>
            found.push([Buffer.from(key.bytes).toString("hex"), count]),
          );
          await store.close();
          const counts = Map.groupBy(added, (key) => Buffer.from(key).toString("hex"));
          const expected = [...counts].flatMap(([key, group]): [string, number][] =>
            group.length > 1 ? [[key, group.length]] : [],
          );
          expect(found.sort()).toEqual(expected.sort());
        },
      ),
    );
  });

  it("may be larger than a run, a block, and the budget", async () => {
    const store = openRunStore({ memoryBudgetBytes: 1000, spillDirectory: directory });
    const keys = openByteKeys(store, { maxRunBytes: 1000 });
    const large = new Uint8Array(300_000).fill(9);
    for (const key of [large, Uint8Array.of(1), large, Uint8Array.of(2)]) {
      keys.reserve(key.byteLength);
      keys.bytes.set(key, keys.length);
      keys.push(keys.length + key.byteLength);
      if (keys.isFull) await keys.flush();
    }
    await keys.flush();
    const found: number[] = [];
    await mergeRuns(store.runs, "wordAndBytes", (key, count) => found.push(key.bytes.byteLength, count));
    expect(found).toEqual([300_000, 2]);
    expect(store.spilledBytes).toBeGreaterThan(300_000);
    await store.close();
  });
});
