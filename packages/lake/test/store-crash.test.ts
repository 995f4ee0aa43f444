import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileStore } from "@snowmelt/lake/store";
import { afterEach, beforeEach, expect, it } from "vitest";
import { expectWholeObjectsAfterKills, killWriterAfter } from "./crash-loop.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-crash-"));
});
afterEach(() => rm(root, { recursive: true }));

it("shows no half object after a writer was killed in mid put, at many moments", async () => {
  const left = await expectWholeObjectsAfterKills(root, 20);
  expect(left, "a kill in mid put leaves its temporary file, else the test killed nothing").toBeGreaterThan(0);
}, 120_000);

it("removes what killed writers left once it is old, and nothing that is being written", async () => {
  const temporary = join(root, ".snowmelt-tmp");
  let leftovers: string[] = [];
  // A kill may fall between two puts, or before the first has made the folder, and then leaves nothing.
  for (let kill = 0; leftovers.length === 0 && kill < 40; kill++) {
    await killWriterAfter(root, "x", 11 + ((kill * 7) % 23));
    leftovers = await readdir(temporary).catch(() => []);
  }
  const old = new Date(Date.now() - 3 * 60 * 60 * 1000);
  for (const name of leftovers) await utimes(join(temporary, name), old, old);
  const store = openFileStore(root, { staleTemporaryMs: 60 * 60 * 1000 });
  let during: string[] = [];
  await store.put(
    "fresh",
    (async function* () {
      yield new Uint8Array(10);
      await openFileStore(root, { staleTemporaryMs: 60 * 60 * 1000 }).put("other", new Uint8Array(1));
      during = await readdir(temporary);
    })(),
  );
  expect(leftovers.length).toBeGreaterThan(0);
  expect(during).toHaveLength(1);
  expect(await readdir(temporary)).toEqual([]);
}, 120_000);
