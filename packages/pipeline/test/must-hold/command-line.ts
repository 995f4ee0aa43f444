import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pipeline } from "@snowmelt/core/definition";
import type { RunManifest } from "../../src/index.ts";
import type { Landscape } from "../landscape.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  /** After `run <file> --state … --runs …`. */
  readonly args?: readonly string[];
  /** The password that the definition's secret reference yields. @default the server's */
  readonly password?: string;
  readonly stateRoot?: string;
  /** A shell to start the command with, such as `ulimit -f 100; exec "$0" "$@"`. */
  readonly shell?: string;
  readonly uid?: number;
  /** Beside the environment's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (child: ChildProcess) => void;
  /** Told of every line of `events.jsonl`… as far as standard error shows them; ends the process when it answers. */
  readonly signalAt?: (err: string) => NodeJS.Signals | undefined;
}

const bin = join(import.meta.dirname, "../../../cli/bin/snowmelt.js");
let files = 0;

/** `snowmelt run` of a definition, in a process of its own. */
export async function runCommand(land: Landscape, pipeline: Pipeline, options: CommandOptions = {}): Promise<Ended> {
  files++;
  const file = join(land.directory, `pipeline-${files}.mjs`);
  const definition = JSON.stringify(pipeline).replaceAll("test:password", "env:TEST_PASSWORD");
  await writeFile(file, `export default ${definition};\n`);
  const { args = [], password = land.server.password, shell, uid, signalAt } = options;
  const stateRoot = options.stateRoot ?? join(land.directory, "state");
  const command = [bin, "run", file, "--state", stateRoot, "--runs", join(land.directory, "runs"), ...args];
  const [executable, all] =
    shell === undefined ? [process.execPath, command] : ["bash", ["-c", shell, process.execPath, ...command]];
  const child = spawn(executable, all, {
    cwd: land.directory,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TEST_PASSWORD: password, NO_COLOR: "1", ...options.env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  options.onStart?.(child);
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    out += String(text);
  });
  child.stderr.on("data", (text) => {
    err += String(text);
    const signal = signalAt?.(err);
    if (signal) child.kill(signal);
  });
  return await new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, out, err })));
}

/** The manifest that `--json` printed. */
export const manifestOf = ({ out }: Ended): RunManifest => JSON.parse(out) as RunManifest;
