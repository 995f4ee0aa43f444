/**
 * Size of each function's zip, and how long its code takes to load in a process that is new.
 *
 *     npm run bench -- lambdas [times]
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleFunction } from "../apps/lambdas/scripts/bundle/bundle-function.ts";
import { bundleFunctions } from "../apps/lambdas/scripts/bundle/bundle-functions.ts";
import { type Bench, type BenchCase, median } from "./bench.ts";

const run = promisify(execFile);
const sources = join(import.meta.dirname, "..", "apps", "lambdas", "src");
/** What a cold start is held against: a handler that does nothing and bundles the Snowflake driver. */
const emptyHandler =
  'import driver from "snowflake-sdk";\nexport const handler = () => typeof driver.createConnection;\n';
const measure =
  "const began = process.hrtime.bigint(); require(process.argv[1]); process.stdout.write(String(Number(process.hrtime.bigint() - began) / 1e6)); process.exit();";

export const bench: Bench = async ([times = "9"]) => {
  const folder = await mkdtemp(join(tmpdir(), "snowmelt-bench-lambdas-"));
  // Below the app, so that it finds the packages that handlers find.
  const entryFolder = join(sources, "..", "dist", "empty");
  try {
    await mkdir(entryFolder, { recursive: true });
    const entry = join(entryFolder, "handler.ts");
    await writeFile(entry, emptyHandler);
    const bundles = [await bundleFunction(entry, "empty")];
    for await (const bundle of bundleFunctions(sources)) bundles.push(bundle);
    const cases: BenchCase[] = [];
    let emptyMs = Number.NaN;
    for (const { name, code, zip } of bundles) {
      const path = join(folder, name, "index.js");
      await mkdir(join(folder, name));
      await writeFile(path, code);
      const loadMs = await medianMs(path, Number(times));
      if (name === "empty") emptyMs = loadMs;
      const figure = (metric: string, value: number): BenchCase => ({ case: "function", subject: name, metric, value });
      cases.push(figure("zip KB", zip.length / 1000));
      cases.push(figure("cold import ms", loadMs));
      cases.push(figure("times the empty handler", loadMs / emptyMs));
    }
    return { cases, versions: {} };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(entryFolder, { recursive: true, force: true });
  }
};

async function medianMs(path: string, times: number): Promise<number> {
  const found: number[] = [];
  for (let time = 0; time < times; time++) {
    const { stdout } = await run(process.execPath, ["-e", measure, path], {
      env: { ...process.env, AWS_REGION: "us-east-1" },
    });
    found.push(Number(stdout.trim().split("\n").at(-1)));
  }
  return median(found);
}
