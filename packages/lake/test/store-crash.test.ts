import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileStore } from "@snowmelt/lake/store";
import { afterEach, beforeEach, expect, it } from "vitest";

const kills = 25;
const objectBytes = 32 * 64 * 1024;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "snowmelt-crash-"));
});
afterEach(() => rm(root, { recursive: true }));

it("shows no half object after a writer was killed in mid put, at many moments", async () => {
  let left = 0;
  for (let kill = 0; kill < kills; kill++) {
    await killWriterAfter(String.fromCharCode(97 + kill), 3 + ((kill * 7) % 40));
    const store = openFileStore(root);
    for await (const { key, sizeBytes } of store.list("")) {
      expect(sizeBytes).toBe(objectBytes);
      const bytes = Buffer.from((await store.get(key)) ?? []);
      expect(bytes.equals(Buffer.alloc(objectBytes, bytes.subarray(0, 1)))).toBe(true);
    }
    left = (await readdir(join(root, ".snowmelt-tmp")).catch(() => [])).length;
  }
  expect(left, "a kill in mid put leaves its temporary file, else the test killed nothing").toBeGreaterThan(0);
}, 120_000);

it("removes what killed writers left once it is old, and nothing that is being written", async () => {
  await killWriterAfter("x", 15);
  await killWriterAfter("y", 25);
  const temporary = join(root, ".snowmelt-tmp");
  const leftovers = await readdir(temporary);
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
});

async function killWriterAfter(name: string, ms: number): Promise<void> {
  const script = join(import.meta.dirname, "fixtures", "put-until-killed.ts");
  const child = spawn(process.execPath, ["--conditions=@snowmelt/source", script, root, name], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  await new Promise((resolve) => setTimeout(resolve, ms));
  child.kill("SIGKILL");
  await exited;
}
