import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { ensureAwsEmulators } from "@snowmelt/local/aws";
import { ensureJudges } from "./judges.ts";
import { findPython } from "./python.ts";
import { TEST_RESULTS } from "./test-results.ts";

const root = join(import.meta.dirname, "..");
const NO_SKIPS = "--no-skips";

/**
 * Checks what the tests need, makes what is missing, and runs vitest with the given arguments.
 * Resolves to its exit code. `--no-skips` makes a skipped test a failure, as CI=true does.
 */
export async function runVitest(args: readonly string[]): Promise<number> {
  findPython();
  const judges = ensureJudges();
  await ensureAwsEmulators({
    services: ["ministack", "moto"],
    cacheDirectory: join(root, ".cache"),
    onProgress: (text) => console.error(`snowmelt: ${text}`),
  });
  const child = spawn(
    process.execPath,
    [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...args.filter((arg) => arg !== NO_SKIPS)],
    {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        ...judges,
        SNOWMELT_TEST_RESULTS: TEST_RESULTS,
        ...(args.includes(NO_SKIPS) ? { SNOWMELT_NO_SKIPS: "true" } : {}),
      },
    },
  );
  const stop = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGTERM", stop).on("SIGHUP", stop);
  // A terminal sends Ctrl-C to the whole group, so vitest has it already.
  process.on("SIGINT", (signal) => process.stdin.isTTY || stop(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  });
}
