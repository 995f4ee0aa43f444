import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findPython } from "./python.ts";

const root = join(import.meta.dirname, "..");
const cache = join(root, ".cache", "judges");

/** What a test needs to reach the judges; set in the environment of a test run. */
export interface Judges {
  /** The Python that imports deltalake, pyarrow, duckdb and sqlglot. */
  readonly SNOWMELT_JUDGES_PYTHON: string;
  /** The delta extension of DuckDB, to `LOAD` in `@duckdb/node-api` too. */
  readonly SNOWMELT_DUCKDB_DELTA: string;
}

/**
 * The judges' environment, made if it is not there: some minutes and 450 MB the first time, milliseconds after.
 * It appears at once or not at all, so it may be interrupted, and two may run at a time.
 */
export function ensureJudges(): Judges {
  const found = findJudges();
  if (found !== undefined) return found;

  const python = findPython();
  const environment = join(cache, `py${python.version}-${lockHash()}`);
  const making = `${environment}.making-${process.pid}`;
  sweepAbandoned();
  console.error(`snowmelt: making the judges' Python environment (Python ${python.version}, once) in ${environment}`);
  const beganAt = Date.now();
  mkdirSync(cache, { recursive: true });
  try {
    run(python.path, ["-m", "venv", making]);
    const pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input"];
    run(join(making, "bin", "python"), [...pip, "--require-hashes", "--only-binary", ":all:", "-r", lockPath()]);
    publish(making, environment);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  console.error(`snowmelt: made in ${((Date.now() - beganAt) / 1000).toFixed(1)} s`);
  return judgesIn(environment);
}

/** The judges that were made for this lock earlier, or undefined. Makes nothing. */
export function findJudges(): Judges | undefined {
  if (!existsSync(cache)) return undefined;
  const environment = readdirSync(cache).find((name) => name.endsWith(`-${lockHash()}`));
  if (environment === undefined) return undefined;
  // The Python that it was made from may have been removed since: its link then points nowhere.
  return existsSync(join(cache, environment, "bin", "python")) ? judgesIn(join(cache, environment)) : undefined;
}

function lockPath(): string {
  return join(root, "test", "judges", "readers.txt");
}

function lockHash(): string {
  return createHash("sha256").update(readFileSync(lockPath())).digest("hex").slice(0, 12);
}

function judgesIn(environment: string): Judges {
  const pattern = "lib/python3.*/site-packages/duckdb_extension_delta/extensions/*/delta.duckdb_extension";
  const [extension] = globSync(pattern, { cwd: environment });
  if (extension === undefined) {
    throw new Error(
      `The delta extension of DuckDB is not at ${environment}/${pattern}. Remove ${environment} and run again.`,
    );
  }
  return {
    SNOWMELT_JUDGES_PYTHON: join(environment, "bin", "python"),
    SNOWMELT_DUCKDB_DELTA: join(environment, extension),
  };
}

/** Whoever is first wins; a second maker's copy is the same and is dropped. One whose Python is gone is replaced. */
function publish(making: string, environment: string): void {
  if (!existsSync(join(environment, "bin", "python"))) rmSync(environment, { recursive: true, force: true });
  try {
    renameSync(making, environment);
  } catch (error) {
    if (!existsSync(join(environment, "bin", "python"))) throw error;
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
