import { defineConfig } from "vitest/config";
import fast from "./vitest.config.ts";

/** The long tier: crash loops and soaks, one file at a time so that their timings mean something. */
export default defineConfig({
  ...fast,
  test: {
    ...fast.test,
    include: ["packages/*/{src,test}/**/*.full.test.ts", "test/**/*.full.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    testTimeout: 30 * 60_000,
    hookTimeout: 10 * 60_000,
    fileParallelism: false,
  },
});
