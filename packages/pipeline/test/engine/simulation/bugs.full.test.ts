import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bugs } from "./bugs.ts";

const run = promisify(execFile);
const packages = join(import.meta.dirname, "..", "..", "..", "..");
// Inside the repository, so that the packages it needs are found.
const copies = join(packages, "..", ".cache", "simulated-bugs");
const worlds = 6000;

beforeAll(() => mkdir(copies, { recursive: true }));
afterAll(() => rm(copies, { recursive: true, force: true }));

/** The first world in which something is wrong. */
async function firstFound(folder: string): Promise<string | undefined> {
  const simulation = join(folder, "packages", "pipeline", "test", "engine", "simulation", "simulate.ts");
  const program = `
    import { simulateMany } from ${JSON.stringify(simulation)};
    Error.stackTraceLimit = 1;
    const seeds = Array.from({ length: ${worlds} }, (_, index) => index + 1);
    for await (const { seed, violations } of simulateMany(seeds)) {
      if (violations.length > 0) { console.log("seed " + seed + ": " + violations[0]); break; }
    }`;
  const args = ["--conditions=@snowmelt/source", "--input-type=module", "--eval", program];
  const { stdout } = await run(process.execPath, args);
  return stdout.trim() || undefined;
}

/** The engine of both packages and the simulator, which find each other and nothing of the repository's own. */
async function copyOfEngine(name: string): Promise<string> {
  const folder = join(copies, name);
  await rm(folder, { recursive: true, force: true });
  for (const part of ["core/package.json", "core/src", "pipeline/package.json", "pipeline/src"]) {
    await copy(join(packages, part), join(folder, "packages", part));
  }
  const simulation = join("pipeline", "test", "engine", "simulation");
  await copy(join(packages, simulation), join(folder, "packages", simulation));
  const scope = join(folder, "node_modules", "@snowmelt");
  await mkdir(scope, { recursive: true });
  for (const each of ["core", "pipeline"]) await symlink(join(folder, "packages", each), join(scope, each));
  return folder;
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true });
}

describe("the simulator", () => {
  test("finds nothing where nothing is wrong", async () => {
    expect(await firstFound(await copyOfEngine("none"))).toBeUndefined();
  }, 600_000);

  test.each(bugs.map((bug, index) => ({ ...bug, index })))(
    "finds: $name",
    async ({ index, file, from, to }) => {
      const folder = await copyOfEngine(String(index));
      const path = join(folder, "packages", file);
      const text = await readFile(path, "utf8");
      expect(text.split(from).length, `${from} once in ${file}`).toBe(2);
      await writeFile(
        path,
        text.replace(from, () => to),
      );
      const found = await firstFound(folder);
      console.log(found);
      expect(found).toBeDefined();
    },
    600_000,
  );
});
