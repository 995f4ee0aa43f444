/**
 * Looks at many worlds of the run engine with every fault there is, on all cores, and prints each in which a promise was broken.
 *
 *     npm run simulate -- [--runs 100000] [--seed 1] [--workers 2]
 *
 * A failing seed is printed with the fewest faults that still break it and its trace; the same seed gives the same world.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { shrink } from "../packages/pipeline/test/engine/simulation/shrink.ts";
import { simulate } from "../packages/pipeline/test/engine/simulation/simulate.ts";
import { exitWith } from "./exit-with.ts";
import type { BatchResult } from "./simulate/worker.ts";

const batchWorlds = 500;

await exitWith(async () => {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      workers: { type: "string", default: String(availableParallelism()) },
    },
  });
  const [runs, first, workers] = [Number(values.runs), Number(values.seed), Number(values.workers)];
  const began = performance.now();
  const sums = { worlds: 0, runs: 0, events: 0, operations: 0, faults: 0 };
  const statuses = new Map<string, number>();
  const broken: number[] = [];
  let next = first;
  let printedAt = 0;
  const add = (batch: BatchResult): void => {
    for (const name of ["worlds", "runs", "events", "operations", "faults"] as const) sums[name] += batch[name];
    for (const [status, times] of Object.entries(batch.statuses))
      statuses.set(status, (statuses.get(status) ?? 0) + times);
    broken.push(...batch.broken);
    if (sums.runs - printedAt < runs / 10) return;
    printedAt = sums.runs;
    console.log(`${sums.runs} runs, ${seconds(began)} s, ${broken.length} broken`);
  };
  await Promise.all(
    Array.from({ length: Math.max(1, workers) }, async () => {
      await using worker = openWorker();
      while (sums.runs < runs && broken.length < 10) {
        const from = next;
        const worlds = Math.min(batchWorlds, Math.max(1, Math.ceil((runs - sums.runs) / 3)));
        next += worlds;
        add(await worker.ask({ from, worlds }));
      }
    }),
  );
  const ends = [...statuses].map(([status, times]) => `${times} ${status}`).join(", ");
  console.log(
    `${sums.runs} runs in ${sums.worlds} worlds from seed ${first}: ${sums.events} events, ${sums.operations} calls, ${sums.faults} faults, in ${seconds(began)} s.`,
  );
  console.log(`Runs ended: ${ends}.`);
  for (const seed of broken.slice(0, 3)) await printBroken(seed);
  console.log(
    `${broken.length} worlds in which a promise was broken${broken.length > 0 ? `: ${broken.join(", ")}` : ""}`,
  );
  return broken.length === 0 ? 0 : 1;
});

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(1);
}

async function printBroken(seed: number): Promise<void> {
  const limits = await shrink(seed);
  const { violations, trace, faults } = await simulate(seed, { ...limits, isTraced: true });
  const left = Math.min(faults, limits.maxFaults ?? faults) - (limits.leftOut?.size ?? 0);
  console.log(`\nseed ${seed}, shrunk to ${left} faults:\n${trace.join("\n")}\n${violations.join("\n")}\n`);
}

function openWorker() {
  const worker = new Worker(new URL("./simulate/worker.ts", import.meta.url), {
    execArgv: ["--conditions=@snowmelt/source", "--no-warnings"],
    resourceLimits: { maxYoungGenerationSizeMb: 128 },
  });
  return {
    ask: (batch: { readonly from: number; readonly worlds: number }) =>
      new Promise<BatchResult>((resolve, reject) => {
        worker.removeAllListeners();
        worker.on("message", resolve).on("error", reject);
        worker.on("exit", (code) => reject(new Error(`a worker of the simulation ended with exit code ${code}`)));
        worker.postMessage(batch);
      }),
    async [Symbol.asyncDispose]() {
      worker.removeAllListeners();
      await worker.terminate();
    },
  };
}
