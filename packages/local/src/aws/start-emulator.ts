import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { awsError } from "./aws-error.ts";
import type { EmulatorProgram, EmulatorStart } from "./emulator-program.ts";
import { LAUNCHER } from "./launcher.ts";

/** One emulator's process. */
export interface RunningEmulator {
  /** `http://127.0.0.1:port` */
  readonly endpoint: string;
  readonly pid: number;
  /** Settles when the process has ended, by whatever cause. */
  readonly ended: Promise<void>;
  /** Empties it. @throws AWS_RESET_FAILED */
  reset(signal?: AbortSignal): Promise<void>;
  /** Lets it write its state and end; kills it when it takes too long. May be called again. */
  stop(): Promise<void>;
}

export interface StartEmulatorOptions extends EmulatorStart {
  /** The Python of its environment. */
  readonly python: string;
  readonly startTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const POLL_MS = 25;
const REQUEST_TIMEOUT_MS = 10_000;
/** What persists is written at the end. Without, only a function that is busy keeps an emulator from ending. */
const STOP_WITHIN_MS = { persisting: 10_000, forgetting: 1_000 };
const LOG_TAIL_LINES = 15;

/**
 * Starts an emulator as a process of its own that ends with this one, in an environment that holds nothing of ours, and
 * waits until it answers. `signal` gives the start up; once it answers it has no effect.
 * @throws AWS_START_FAILED with the end of its log
 */
export async function startEmulator(program: EmulatorProgram, options: StartEmulatorOptions): Promise<RunningEmulator> {
  const { port, signal } = options;
  signal?.throwIfAborted();
  const log = join(options.directory, `${program.name}.log`);
  const child = await launch(program, options, log);
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const stopWithinMs = options.persist ? STOP_WITHIN_MS.persisting : STOP_WITHIN_MS.forgetting;
  const stop = () => stopChild(child, ended, stopWithinMs);
  try {
    await awaitHealthy({ program, endpoint, child, ...options });
  } catch (error) {
    await stop();
    signal?.throwIfAborted();
    throw awsError("AWS_START_FAILED", await startFailure(program, error, log), {
      cause: error,
      details: { emulator: program.name, port, log },
    });
  }
  return {
    endpoint,
    pid: child.pid ?? 0,
    ended,
    stop,
    reset: (aborted) => resetEmulator(program, endpoint, aborted),
  };
}

async function launch(program: EmulatorProgram, options: StartEmulatorOptions, log: string): Promise<ChildProcess> {
  const { python, directory } = options;
  const temporary = join(directory, "tmp");
  await mkdir(temporary, { recursive: true });
  const output = openSync(log, "a");
  try {
    const child = spawn(python, ["-I", "-c", LAUNCHER, program.module, ...program.toArguments(options)], {
      cwd: directory,
      // A group of its own: a terminal's Ctrl-C is for us to act upon, and its functions' processes end with it.
      detached: true,
      stdio: ["pipe", output, output],
      env: {
        // Functions run on the `node` that is found first.
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: directory,
        TMPDIR: temporary,
        ...program.toEnvironment(options),
      },
    });
    // A child that dies at once closes its input; its exit tells the story.
    child.stdin?.on("error", () => {});
    return child;
  } finally {
    closeSync(output);
  }
}

interface Waiting extends StartEmulatorOptions {
  readonly program: EmulatorProgram;
  readonly endpoint: string;
  readonly child: ChildProcess;
}

async function awaitHealthy({ program, endpoint, child, startTimeoutMs, signal }: Waiting): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  const failed = Promise.withResolvers<never>();
  child.once("error", failed.reject);
  failed.promise.catch(() => {});
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    if (hasEnded(child)) throw new Error("its process ended");
    const request = fetch(endpoint + program.healthPath, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    const healthy = request.then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
    if ((await Promise.race([healthy, failed.promise])) && !hasEnded(child)) return;
    await delay(POLL_MS, undefined, signal ? { signal } : {});
  }
  throw new Error(`it did not answer at ${endpoint}${program.healthPath} within ${startTimeoutMs} ms`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stopChild(child: ChildProcess, ended: Promise<void>, stopWithinMs: number): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  child.kill("SIGTERM");
  const late = setTimeout(() => killGroup(child), stopWithinMs);
  await ended;
  clearTimeout(late);
}

/** While the child has not been waited for, its process id can be no one else's. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || hasEnded(child)) return;
  process.kill(-child.pid, "SIGKILL");
}

async function startFailure(program: EmulatorProgram, error: unknown, log: string): Promise<string> {
  const why = error instanceof Error ? error.message : String(error);
  const tail = (await readFile(log, "utf8").catch(() => "")).trim().split("\n").slice(-LOG_TAIL_LINES).join("\n");
  return `The emulator ${program.name} did not start: ${why}. ${tail === "" ? "It wrote no log." : `Its log ends with:\n${tail}`}`;
}

async function resetEmulator(program: EmulatorProgram, endpoint: string, signal?: AbortSignal): Promise<void> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const request = { method: "POST", signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
  const answer = await fetch(endpoint + program.resetPath, request).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw awsError("AWS_RESET_FAILED", `${program.name} at ${endpoint} did not answer to a reset; is it running?`, {
      cause,
    });
  });
  await answer.body?.cancel();
  if (answer.ok) return;
  throw awsError("AWS_RESET_FAILED", `${program.name} at ${endpoint} answered a reset with ${answer.status}.`);
}
