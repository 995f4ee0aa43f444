import { rmSync } from "node:fs";
import { arch, cpus, platform, totalmem } from "node:os";
import { exitWith } from "./exit-with.ts";
import { readTestResults, TEST_RESULTS } from "./test-results.ts";
import { runVitest } from "./vitest.ts";

// The long tests: crash loops and soaks. Prints a dated table of what ran and how long it took.
await exitWith(async () => {
  rmSync(TEST_RESULTS, { force: true });
  const beganAt = new Date();
  const exitCode = await runVitest(["--config", "vitest.full.config.ts", ...process.argv.slice(2)]);
  console.log(`\n${beganAt.toISOString()}, ${machine()}\n\n| test | result | seconds |\n|---|---|---:|`);
  for (const { file, name, state, durationMs } of readTestResults()) {
    console.log(`| ${file}: ${name} | ${state} | ${(durationMs / 1000).toFixed(1)} |`);
  }
  return exitCode;
});

function machine(): string {
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${platform()} ${arch()}, ${cpus().length} cores, ${memoryGiB} GiB, Node ${process.version}`;
}
