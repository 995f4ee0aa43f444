import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pipeline } from "@snowmelt/core/definition";
import type { RunManifest } from "../../src/index.ts";
import type { Landscape } from "../landscape.ts";

export type ChildOutcome =
  | { readonly kind: "killed" }
  | {
      readonly kind: "ended";
      readonly datasets: readonly Pick<RunManifest["datasets"][number], "outcome" | "counts" | "failure">[];
    };

type EventMatch = Readonly<Record<string, unknown>>;

export interface ChildTask {
  readonly refresh?: boolean;
  readonly backfill?: {
    readonly backfillId: string;
    readonly range: { readonly lo: string; readonly hi: string; readonly slices: number };
  };
  /** Below the landscape's directory. @default "state" */
  readonly state?: string;
}

export interface ChildOptions extends ChildTask {
  /** Ends itself at the first event with these properties. */
  readonly killAt?: EventMatch;
  /** Is ended from outside after so many milliseconds. */
  readonly killAfterMs?: number;
}

/** Runs a pipeline in a process of its own and says how it ended. */
export async function runChild(
  land: Landscape,
  definition: Pipeline,
  { killAt, killAfterMs, ...task }: ChildOptions = {},
): Promise<ChildOutcome> {
  const { child, ended } = spawnRun(land, definition, { ...task, at: killAt ?? null, signal: "SIGKILL" });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const outcome = await ended;
  clearTimeout(timer);
  return outcome;
}

/** A run that stands still, as if its machine had gone to sleep. */
export interface FrozenRun {
  /** Lets it go on, and says how it ended. */
  wake(): Promise<ChildOutcome>;
}

/** Runs a pipeline in a process of its own, up to the first event with the properties of `freezeAt`. */
export async function freezeChild(
  land: Landscape,
  definition: Pipeline,
  { freezeAt, ...task }: ChildTask & { readonly freezeAt: EventMatch },
): Promise<FrozenRun> {
  const { child, ended } = spawnRun(land, definition, { ...task, at: freezeAt, signal: "SIGSTOP" });
  await Promise.race([
    untilStopped(child),
    ended.then((outcome) => {
      throw new Error(`the run ended without freezing: ${JSON.stringify(outcome)}`);
    }),
  ]);
  return {
    async wake() {
      child.kill("SIGCONT");
      return ended;
    },
  };
}

async function untilStopped({ pid }: ChildProcess): Promise<void> {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    if (/\) T /.test(stat)) return;
    await sleep(20);
  }
}

function spawnRun(
  land: Landscape,
  definition: Pipeline,
  {
    refresh = false,
    backfill,
    state = "state",
    at,
    signal,
  }: ChildTask & { readonly at: EventMatch | null; readonly signal: "SIGKILL" | "SIGSTOP" },
): { readonly child: ChildProcess; readonly ended: Promise<ChildOutcome> } {
  const task = {
    definition,
    password: land.server.password,
    stateRoot: join(land.directory, state),
    runsRoot: join(land.directory, "runs"),
    lake: land.access,
    refresh,
    backfill: backfill ?? null,
    at,
    signal,
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
  const closed = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...how) => resolve(how)),
  );
  const ended = closed.then(([code, by]): ChildOutcome => {
    if (by === "SIGKILL") return { kind: "killed" };
    if (code !== 0) throw new Error(`the run ended with ${code ?? by}: ${stderr}`);
    return { kind: "ended", ...JSON.parse(stdout) };
  });
  ended.catch(() => undefined);
  return { child, ended };
}
