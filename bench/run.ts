/**
 * Runs one benchmark, prints its table and writes bench/results/<name>.json.
 *
 *     npm run bench -- <name> [arguments of the benchmark]
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import type { Bench } from "./bench.ts";

const benches: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  decode: () => import("./decode.ts"),
  delta: () => import("./delta.ts"),
  "driver-curve": () => import("./driver-curve.ts"),
  engine: () => import("./engine.ts"),
  lambdas: () => import("./lambdas.ts"),
  land: () => import("./land.ts"),
  parquet: () => import("./parquet.ts"),
};

async function run(name: string, args: readonly string[]): Promise<void> {
  const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (!load) throw new Error(`Expected a benchmark: npm run bench -- ${Object.keys(benches).join(" | ")}`);
  const { bench } = await load();
  const { cases, versions } = await bench(args);
  console.log(`\n${name}`);
  console.table(cases.map(({ value, ...rest }) => ({ ...rest, value: Number(value.toPrecision(4)) })));
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryMb: Math.round(totalmem() / 2 ** 20),
    platform: `${process.platform}-${process.arch}`,
    loadAverage: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
  const folder = join(import.meta.dirname, "results");
  await mkdir(folder, { recursive: true });
  const result = { machine, versions: { node: process.versions.node, ...versions }, cases };
  const path = join(folder, `${name}.json`);
  await writeFile(path, `${JSON.stringify(result, null, 2)}\n`);
  console.log(path);
}

const [name = "", ...args] = process.argv.slice(2);
await run(name, args);
