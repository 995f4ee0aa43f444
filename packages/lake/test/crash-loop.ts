import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openFileStore } from "@snowmelt/lake/store";
import { expect } from "vitest";

const objectBytes = 32 * 64 * 1024;

/** Kills writers at many moments and looks at every object after each; returns unfinished files that were left. */
export async function expectWholeObjectsAfterKills(root: string, kills: number): Promise<number> {
  const seen = new Set<string>();
  for (let kill = 0; kill < kills; kill++) {
    await killWriterAfter(root, String.fromCharCode(97 + (kill % 26)), 3 + ((kill * 7) % 40));
    const store = openFileStore(root);
    for await (const { key, sizeBytes } of store.list("")) {
      expect(sizeBytes).toBe(objectBytes);
      if (seen.has(key)) continue;
      if (key !== "replaced") seen.add(key);
      const bytes = Buffer.from((await store.get(key)) ?? []);
      expect(bytes.equals(Buffer.alloc(objectBytes, bytes.subarray(0, 1)))).toBe(true);
    }
  }
  return (await readdir(join(root, ".snowmelt-tmp"))).length;
}

export async function killWriterAfter(root: string, name: string, ms: number): Promise<void> {
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
