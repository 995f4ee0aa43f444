import { spawn } from "node:child_process";

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const KEPT_CHARACTERS = 20_000;

/** Runs a program to its end and keeps the tails of what it wrote. Rejects when it cannot be started, and on abort. */
export async function runProgram(command: string, args: readonly string[], signal?: AbortSignal): Promise<Ran> {
  signal?.throwIfAborted();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...(signal ? { signal } : {}) });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] = (written[name] + text).slice(-KEPT_CHARACTERS);
    });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(signal?.aborted ? signal.reason : error));
    child.once("close", (code) => (signal?.aborted ? reject(signal.reason) : resolve({ code, ...written })));
  });
}
