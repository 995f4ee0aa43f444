import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bugs } from "./bugs.ts";

const run = promisify(execFile);
const core = join(import.meta.dirname, "..", "..", "..");
// Inside the repository, so that the packages it needs are found.
const copies = join(core, "..", "..", ".cache", "simulated-bugs");
const worlds = 4000;

beforeAll(() => mkdir(copies, { recursive: true }));
afterAll(() => rm(copies, { recursive: true, force: true }));

/** The first world in which something is wrong. */
async function firstFound(folder: string): Promise<string | undefined> {
  const program = `
    import { simulate } from ${JSON.stringify(join(folder, "test", "engine", "simulation", "simulate.ts"))};
    for (let seed = 1; seed <= ${worlds}; seed++) {
      let found;
      try { found = simulate(seed).violations[0]; } catch (error) { found = String(error); }
      if (found) { console.log("seed " + seed + ": " + found); break; }
    }`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
  return stdout.trim() || undefined;
}

async function copyOfCore(name: string): Promise<string> {
  const folder = join(copies, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(join(core, "package.json"), join(folder, "package.json"));
  await cp(join(core, "src"), join(folder, "src"), { recursive: true });
  await cp(join(core, "test", "engine"), join(folder, "test", "engine"), { recursive: true });
  return folder;
}

describe("the simulator", () => {
  test("finds nothing where nothing is wrong", async () => {
    expect(await firstFound(await copyOfCore("none"))).toBeUndefined();
  }, 300_000);

  test.each(bugs.map((bug, index) => ({ ...bug, index })))(
    "finds: $name",
    async ({ index, file, from, to }) => {
      const folder = await copyOfCore(String(index));
      const text = await readFile(join(folder, file), "utf8");
      expect(text.split(from).length, `${from} once in ${file}`).toBe(2);
      await writeFile(
        join(folder, file),
        text.replace(from, () => to),
      );
      const found = await firstFound(folder);
      console.log(found);
      expect(found).toBeDefined();
    },
    300_000,
  );
});
