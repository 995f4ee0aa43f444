import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findPython } from "./python.ts";

const root = join(import.meta.dirname, "..");
const cache = join(root, ".cache", "judges");

/** A private Python environment of judges, made of locks of `test/judges`. */
export interface JudgeEnvironment {
  /** What is made, for people. */
  readonly what: string;
  /** Files of pinned and hashed packages, installed in this order. */
  readonly locks: readonly JudgeLock[];
}

export interface JudgeLock {
  readonly file: string;
  /** Built from a source archive by what the locks before it brought; otherwise only wheels are taken. @default false */
  readonly isBuilt?: boolean;
}

/**
 * The folder of an environment, made if it is not there. It appears at once or not at all, so it may be interrupted, and
 * two may run at a time.
 */
export function ensureEnvironment(environment: JudgeEnvironment): string {
  const found = findEnvironment(environment);
  if (found !== undefined) return found;

  const python = findPython();
  const folder = join(cache, `py${python.version}-${lockHash(environment)}`);
  const making = `${folder}.making-${process.pid}`;
  sweepAbandoned();
  console.error(`snowmelt: making ${environment.what} (Python ${python.version}, once) in ${folder}`);
  const beganAt = Date.now();
  mkdirSync(cache, { recursive: true });
  try {
    run(python.path, ["-m", "venv", making]);
    const pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input", "--require-hashes"];
    for (const { file, isBuilt = false } of environment.locks) {
      const source = isBuilt ? ["--no-build-isolation"] : ["--only-binary", ":all:"];
      run(join(making, "bin", "python"), [...pip, ...source, "-r", lockPath(file)]);
    }
    publish(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  console.error(`snowmelt: made in ${((Date.now() - beganAt) / 1000).toFixed(1)} s`);
  return folder;
}

/** The folder of the environment that was made for these locks earlier, or undefined. Makes nothing. */
export function findEnvironment(environment: JudgeEnvironment): string | undefined {
  if (!existsSync(cache)) return undefined;
  const name = readdirSync(cache).find((entry) => entry.endsWith(`-${lockHash(environment)}`));
  if (name === undefined) return undefined;
  // The Python that it was made from may have been removed since: its link then points nowhere.
  return existsSync(join(cache, name, "bin", "python")) ? join(cache, name) : undefined;
}

function lockPath(file: string): string {
  return join(root, "test", "judges", file);
}

function lockHash({ locks }: JudgeEnvironment): string {
  const hash = createHash("sha256");
  for (const { file } of locks) hash.update(readFileSync(lockPath(file)));
  return hash.digest("hex").slice(0, 12);
}

/** Whoever is first wins; a second maker's copy is the same and is dropped. One whose Python is gone is replaced. */
function publish(making: string, folder: string): void {
  if (!existsSync(join(folder, "bin", "python"))) rmSync(folder, { recursive: true, force: true });
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(join(folder, "bin", "python"))) throw error;
  }
}

/** A killed pip leaves its folder behind; it goes when its maker is no longer alive. */
function sweepAbandoned(): void {
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    const maker = /\.making-(\d+)$/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", 2, 2] });
  if (error !== undefined) throw error;
  if (status !== 0) {
    throw new Error(`"${command} ${args.join(" ")}" failed with exit code ${status}; its messages are above.`);
  }
}
