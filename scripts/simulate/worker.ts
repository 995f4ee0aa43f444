import { parentPort } from "node:worker_threads";
import { simulateMany } from "../../packages/pipeline/test/engine/simulation/simulate.ts";

export interface BatchResult {
  readonly worlds: number;
  readonly runs: number;
  readonly events: number;
  readonly operations: number;
  readonly faults: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Seeds. */
  readonly broken: readonly number[];
}

// Of the many errors that a world throws, nobody reads the stacks.
Error.stackTraceLimit = 1;

parentPort?.on("message", async ({ from, worlds }: { readonly from: number; readonly worlds: number }) => {
  const sums = { worlds, runs: 0, events: 0, operations: 0, faults: 0 };
  const statuses: Record<string, number> = {};
  const broken: number[] = [];
  for await (const result of simulateMany(Array.from({ length: worlds }, (_, index) => from + index))) {
    for (const name of ["runs", "events", "operations", "faults"] as const) sums[name] += result[name];
    for (const status of result.statuses) statuses[status] = (statuses[status] ?? 0) + 1;
    if (result.violations.length > 0) broken.push(result.seed);
  }
  parentPort?.postMessage({ ...sums, statuses, broken } satisfies BatchResult);
});
