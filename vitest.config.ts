import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { findJudges } from "./scripts/judges.ts";
import { noSkips } from "./scripts/no-skips.ts";
import { recordResults } from "./scripts/test-results.ts";

// Only what Node itself asks for on top of its own: these go to Node as `--conditions`, where `import` would hand ES modules
// to `require`, and `module` code for bundlers.
const conditions = ["@snowmelt/source", "node"];
const failOnSkips = process.env.CI === "true" || process.env.SNOWMELT_NO_SKIPS === "true";
const resultsFile = process.env.SNOWMELT_TEST_RESULTS;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "apps/*/{src,test}/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.full.test.ts"],
    reporters: [
      ...(failOnSkips ? [noSkips()] : []),
      ...(resultsFile === undefined ? [] : [recordResults(resultsFile)]),
      "default",
    ],
    // `npm test` makes the judges and the emulators; once they are there, plain `npx vitest` uses them too.
    env: { ...findJudges(), SNOWMELT_CACHE: join(import.meta.dirname, ".cache") },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
