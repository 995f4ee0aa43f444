import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Pipeline } from "@snowmelt/core/definition";
import type { RunManifest } from "../../src/index.ts";
import type { Landscape } from "../landscape.ts";

export type ChildOutcome =
  | { readonly kind: "killed" }
  | {
      readonly kind: "ended";
      readonly datasets: readonly Pick<RunManifest["datasets"][number], "outcome" | "counts" | "failure">[];
    };

export interface ChildOptions {
  /** Ends itself at the first event with these properties. */
  readonly killAt?: Readonly<Record<string, unknown>>;
  /** Is ended from outside after so many milliseconds. */
  readonly killAfterMs?: number;
}

/** Runs a pipeline in a process of its own and says how it ended. */
export async function runChild(
  land: Landscape,
  definition: Pipeline,
  { killAt, killAfterMs }: ChildOptions = {},
): Promise<ChildOutcome> {
  const task = {
    definition,
    password: land.server.password,
    stateRoot: join(land.directory, "state"),
    runsRoot: join(land.directory, "runs"),
    killAt: killAt ?? null,
  };
  const script = join(import.meta.dirname, "run-child.ts");
  const args = ["--conditions=@snowmelt/source", "--disable-warning=ExperimentalWarning", script, JSON.stringify(task)];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true" },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += String(text);
  });
  child.stderr.on("data", (text) => {
    stderr += String(text);
  });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...ended) => resolve(ended)),
  );
  clearTimeout(timer);
  if (signal === "SIGKILL") return { kind: "killed" };
  if (code !== 0) throw new Error(`the run ended with ${code ?? signal}: ${stderr}`);
  return { kind: "ended", ...JSON.parse(stdout) };
}
