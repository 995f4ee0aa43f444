import { defineConfig } from "vitest/config";
import { findJudges } from "./scripts/judges.ts";
import { noSkips } from "./scripts/no-skips.ts";
import { recordResults } from "./scripts/test-results.ts";

// Not `module`: Node itself resolves the packages we test with, and some keep code for bundlers there.
const conditions = ["@snowmelt/source", "node", "import", "default"];
const failOnSkips = process.env.CI === "true" || process.env.SNOWMELT_NO_SKIPS === "true";
const resultsFile = process.env.SNOWMELT_TEST_RESULTS;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.full.test.ts"],
    reporters: [
      ...(failOnSkips ? [noSkips()] : []),
      ...(resultsFile === undefined ? [] : [recordResults(resultsFile)]),
      "default",
    ],
    // `npm test` makes the judges; once they are there, plain `npx vitest` uses them too.
    env: { ...findJudges() },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
