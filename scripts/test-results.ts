import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Reporter } from "vitest/node";

const root = join(import.meta.dirname, "..");

/** Where the last test run left its results. */
export const TEST_RESULTS = join(root, ".cache", "vitest", "results.json");

export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly state: "passed" | "failed" | "skipped" | "pending";
  readonly durationMs: number;
}

/** A vitest reporter that writes what every test came to, and prints nothing. */
export function recordResults(outputFile: string): Reporter {
  return {
    onTestRunEnd(testModules) {
      const results: TestResult[] = testModules.flatMap((testModule) =>
        [...testModule.children.allTests()].map((test) => ({
          file: testModule.relativeModuleId,
          name: test.fullName,
          state: test.result().state,
          durationMs: test.diagnostic()?.duration ?? 0,
        })),
      );
      mkdirSync(dirname(outputFile), { recursive: true });
      writeFileSync(outputFile, JSON.stringify(results));
    },
  };
}

/** The results of the last test run. Throws if there was none. */
export function readTestResults(): TestResult[] {
  return JSON.parse(readFileSync(TEST_RESULTS, "utf8")) as TestResult[];
}
