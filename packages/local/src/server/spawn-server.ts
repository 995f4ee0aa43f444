import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

import type { z } from "zod";
import { ChildMessage } from "./child-protocol.ts";
import type { LocalServerConfig } from "./config.ts";
import { isLocalErrorCode, localError } from "./local-error.ts";
import type { RunningServer, StartWatch } from "./start-local-snowflake.ts";

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** DuckDB and zlib both work in libuv's pool: its four threads would let a few queries starve the file reads. */
const THREAD_POOL_SIZE = 16;
const STOP_WITHIN_MS = 15_000;

/** Starts the server as a child process that stops when this one ends, and waits for its word that it serves. */
export async function spawnServer(
  config: z.input<typeof LocalServerConfig>,
  { onProgress, signal }: StartWatch,
): Promise<RunningServer> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, toArguments(), {
    stdio: ["pipe", "pipe", "inherit"],
    // With Node's own cache of compiled modules a second start takes half the time.
    env: {
      NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
      ...process.env,
      UV_THREADPOOL_SIZE: String(THREAD_POOL_SIZE),
    },
  });
  const exited = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
  // A child that dies at once closes its input before it has read it; its exit tells the story.
  child.stdin.on("error", () => {});
  child.stdin.write(`${JSON.stringify(config)}\n`);

  const interrupt = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", interrupt);
  const { facts, adminToken } = await awaitReady(child, onProgress).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  signal?.removeEventListener("abort", interrupt);
  const end = async (how: NodeJS.Signals) => {
    child.kill(how);
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
    await exited;
    clearTimeout(late);
  };
  return {
    facts,
    adminToken,
    pid: child.pid ?? 0,
    ended: exited,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

async function awaitReady(child: Child, onProgress: (text: string) => void) {
  const ready = Promise.withResolvers<Extract<ChildMessage, { event: "ready" }>>();
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const message = parseMessage(line);
    if (message === undefined) process.stderr.write(`${line}\n`);
    else if (message.event === "progress") onProgress(message.text);
    else if (message.event === "ready") ready.resolve(message);
    else
      ready.reject(localError(isLocalErrorCode(message.code) ? message.code : "LOCAL_START_FAILED", message.message));
  });
  lines.once("close", () => ready.reject(diedEarly()));
  return ready.promise;
}

/** A message of the server; `undefined` for what a library printed. */
function parseMessage(line: string): ChildMessage | undefined {
  try {
    return ChildMessage.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function diedEarly(): Error {
  return localError(
    "LOCAL_START_FAILED",
    "The local Snowflake's process ended before it was ready; its error output says why.",
  );
}

/** The command line of the server's process: from source when this file is source, else from the build. */
function toArguments(): readonly string[] {
  if (!import.meta.url.endsWith(".ts")) return [createRequire(import.meta.url).resolve("@snowmelt/local/process")];
  const source = fileURLToPath(new URL("./child.ts", import.meta.url));
  return ["--conditions=@snowmelt/source", "--disable-warning=ExperimentalWarning", source];
}
