import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { awsError } from "./aws-error.ts";
import { readPythonConfig } from "./config.ts";
import type { EmulatorProgram } from "./emulator-program.ts";
import { findPython, type Python } from "./find-python.ts";
import { runProgram } from "./run-program.ts";

export interface EnsureEnvironmentOptions {
  /** @default `SNOWMELT_CACHE`, else the user's cache folder */
  readonly cacheDirectory?: string | undefined;
  /** Told before a making that takes a minute. */
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The Python to make it with. @default `SNOWMELT_PYTHON`, else the first that is found */
  readonly python?: string | undefined;
}

/**
 * The Python of an emulator's own environment, which is made if it is not there: about half a minute and 200 MB the first
 * time. It holds exactly the files whose hashes the package's lock lists. It appears whole or not at all, so a making may
 * be killed, and several may run at a time; it may be repeated.
 * @throws AWS_PYTHON_MISSING, AWS_INSTALL_FAILED
 */
export async function ensureEnvironment(
  program: EmulatorProgram,
  options: EnsureEnvironmentOptions = {},
): Promise<string> {
  const defaults = readPythonConfig();
  const cache = join(options.cacheDirectory ?? defaults.cacheDirectory, "python");
  const lock = resolve(packageRoot(), program.lock);
  const hash = createHash("sha256")
    .update(await readFile(lock))
    .digest("hex")
    .slice(0, 12);
  const suffix = `-${process.platform}-${process.arch}-${hash}`;
  const found = await findMade(cache, `${program.name}-py`, suffix);
  if (found !== undefined) return found;

  const { onProgress = () => {}, signal } = options;
  const python = await findPython(options.python ?? defaults.python, signal);
  const environment = join(cache, `${program.name}-py${python.version}${suffix}`);
  onProgress(`Making the Python environment of ${program.name} in ${environment} (once, about half a minute)`);
  await mkdir(cache, { recursive: true });
  await sweepAbandoned(cache);
  const making = `${environment}.making-${process.pid}-${randomUUID().slice(0, 8)}`;
  try {
    await install({ python, making, lock, program, signal });
    await publish(making, environment);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return pythonOf(environment);
}

/** The same from the sources and from the build, whose files lie elsewhere: both have this entry two folders down. */
function packageRoot(): string {
  return join(dirname(createRequire(import.meta.url).resolve("@snowmelt/local/aws")), "..", "..");
}

function pythonOf(environment: string): string {
  return join(environment, "bin", "python");
}

async function findMade(cache: string, prefix: string, suffix: string): Promise<string | undefined> {
  const made = (await listFolder(cache)).filter((name) => name.startsWith(prefix) && name.endsWith(suffix)).sort();
  for (const name of made) if (await isUsable(join(cache, name))) return pythonOf(join(cache, name));
  return undefined;
}

/** The Python that it was made from may have been removed since: its link then points nowhere. */
async function isUsable(environment: string): Promise<boolean> {
  return access(pythonOf(environment), constants.X_OK).then(
    () => true,
    () => false,
  );
}

interface Making {
  readonly python: Python;
  readonly making: string;
  readonly lock: string;
  readonly program: EmulatorProgram;
  readonly signal: AbortSignal | undefined;
}

async function install({ python, making, lock, program, signal }: Making): Promise<void> {
  const pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-input"];
  const steps = [
    [python.path, "-m", "venv", making],
    [pythonOf(making), ...pip, "--require-hashes", "--only-binary", ":all:", "--requirement", lock],
    // What the first start would compile is compiled here, where nobody waits for an answer.
    [pythonOf(making), "-I", "-c", `import ${program.module}`],
  ];
  for (const [command = "", ...args] of steps) {
    const { code, stdout, stderr } = await runProgram(command, args, signal);
    if (code === 0) continue;
    const said = `${stdout}\n${stderr}`.trim().split("\n").slice(-8).join("\n");
    throw awsError(
      "AWS_INSTALL_FAILED",
      `The Python environment of ${program.name} could not be made: "${command} ${args.join(" ")}" ended with ${code ?? "a signal"}. ` +
        `It said:\n${said}\nThe packages come from the index that pip is configured with; nothing half made was kept, so try again once that is mended.`,
      { details: { program: program.name, code } },
    );
  }
}

/** Whoever is first wins; another maker's copy is the same and is dropped. One whose Python is gone is replaced. */
async function publish(making: string, environment: string): Promise<void> {
  if (!(await isUsable(environment))) await rm(environment, { recursive: true, force: true });
  try {
    await rename(making, environment);
  } catch (error) {
    if (!(await isUsable(environment))) throw error;
  }
}

/** A killed making leaves its folder behind; it goes when its maker is no longer alive. */
async function sweepAbandoned(cache: string): Promise<void> {
  for (const name of await listFolder(cache)) {
    const maker = /\.making-(\d+)-/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? [] : Promise.reject(error),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
