import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { EmulatorProgram } from "../../src/aws/emulator-program.ts";
import { ensureEnvironment } from "../../src/aws/python-environment.ts";

let folder: string;
let cacheDirectory: string;
let program: EmulatorProgram;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "python-environment-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  cacheDirectory = join(folder, "cache");
  const lock = join(folder, "lock.txt");
  await writeFile(lock, "none==1.0 --hash=sha256:00\n");
  program = {
    name: "ministack",
    lock,
    module: "none",
    healthPath: "/",
    resetPath: "/",
    toArguments: () => [],
    toEnvironment: () => ({}),
  };
});

test("an environment is made once, whole, and found from then on", async () => {
  const python = await fakePython();
  const told: string[] = [];
  const made = await ensureEnvironment(program, { cacheDirectory, python, onProgress: (text) => told.push(text) });
  expect(made).toMatch(/\/cache\/python\/ministack-py3\.12-\w+-\w+-[0-9a-f]{12}\/bin\/python$/);
  expect(await ensureEnvironment(program, { cacheDirectory, python: "no-such-python" })).toBe(made);
  expect(told).toEqual([expect.stringContaining("Making the Python environment of ministack")]);
  expect(await readdir(join(cacheDirectory, "python"))).toHaveLength(1);
});

test("other pins are another environment", async () => {
  const python = await fakePython();
  const made = await ensureEnvironment(program, { cacheDirectory, python });
  await writeFile(program.lock, "none==2.0 --hash=sha256:11\n");
  expect(await ensureEnvironment(program, { cacheDirectory, python })).not.toBe(made);
});

test("several that make it at once end with one and the same", async () => {
  const python = await fakePython({ pip: "sleep 0.2" });
  const making = Array.from({ length: 4 }, () => ensureEnvironment(program, { cacheDirectory, python }));
  expect(new Set(await Promise.all(making)).size).toBe(1);
  expect(await readdir(join(cacheDirectory, "python"))).toHaveLength(1);
});

test("one whose Python was removed from the machine is made anew", async () => {
  const python = await fakePython();
  const made = await ensureEnvironment(program, { cacheDirectory, python });
  await unlink(made);
  await symlink(join(folder, "gone"), made);
  expect(await ensureEnvironment(program, { cacheDirectory, python })).toBe(made);
  expect(await readFile(made, "utf8")).toContain("#!/bin/sh");
});

test("what a killed maker left is never used, and is swept", async () => {
  const python = await fakePython({ pip: `touch ${join(folder, "pip-runs")}; exec sleep 30` });
  const script = `
    import { ensureEnvironment } from ${JSON.stringify(new URL("../../src/aws/python-environment.ts", import.meta.url).href)};
    await ensureEnvironment(${JSON.stringify(program)}, ${JSON.stringify({ cacheDirectory, python })});`;
  const flags = ["--conditions=@snowmelt/source", "--input-type=module", "-e", script];
  const maker = spawn(process.execPath, flags, { stdio: "ignore", detached: true });
  await expect.poll(() => existsSync(join(folder, "pip-runs")), { timeout: 15_000 }).toBe(true);
  process.kill(-(maker.pid ?? 0), "SIGKILL");
  await once(maker, "exit");
  const [half] = await readdir(join(cacheDirectory, "python"));
  expect(half).toMatch(/\.making-\d+-/);

  const made = await ensureEnvironment(program, { cacheDirectory, python: await fakePython() });
  expect(await readdir(join(cacheDirectory, "python"))).toEqual([made.split("/").at(-3)]);
});

describe("a making that fails", () => {
  test("says which step, in pip's own words, and leaves nothing", async () => {
    const python = await fakePython({ pip: "echo 'ERROR: No matching distribution found for none==1.0' >&2; exit 1" });
    await expect(ensureEnvironment(program, { cacheDirectory, python })).rejects.toMatchObject({
      code: "AWS_INSTALL_FAILED",
      message: expect.stringMatching(/-m pip .* ended with 1\. It said:\nERROR: No matching distribution/),
    });
    expect(await readdir(join(cacheDirectory, "python"))).toEqual([]);
  });

  test("is not kept either when what was installed does not run", async () => {
    const python = await fakePython({ importing: "echo 'ModuleNotFoundError: none' >&2; exit 1" });
    await expect(ensureEnvironment(program, { cacheDirectory, python })).rejects.toThrow("ModuleNotFoundError: none");
    expect(await readdir(join(cacheDirectory, "python"))).toEqual([]);
  });

  test("stops on the signal and leaves nothing", async () => {
    const python = await fakePython({ pip: `touch ${join(folder, "pip-runs")}; exec sleep 30` });
    const controller = new AbortController();
    const making = ensureEnvironment(program, { cacheDirectory, python, signal: controller.signal });
    const failed = expect(making).rejects.toThrow("enough");
    await expect.poll(() => existsSync(join(folder, "pip-runs"))).toBe(true);
    controller.abort(new Error("enough"));
    await failed;
    expect(await readdir(join(cacheDirectory, "python"))).toEqual([]);
  });

  test.each([
    ["that is not there", undefined, "was not found"],
    ["that is too old", { version: "3.10" }, "is Python 3.10"],
    ["without venv", { version: "3.12", probeCode: 1 }, "is Python 3.12 without venv or ensurepip"],
  ])("names a Python %s, and how to get one", async (_, fake, said) => {
    const python = fake === undefined ? join(folder, "nowhere") : await fakePython(fake);
    await expect(ensureEnvironment(program, { cacheDirectory, python })).rejects.toMatchObject({
      code: "AWS_PYTHON_MISSING",
      message: expect.stringMatching(new RegExp(`${python} ${said}.*SNOWMELT_PYTHON`)),
    });
  });
});

interface FakePython {
  readonly version?: string;
  readonly probeCode?: number;
  /** Shell for `-m pip`. */
  readonly pip?: string;
  /** Shell for the import of what was installed. */
  readonly importing?: string;
}

/** A Python of shell: its environments hold a copy of itself, and its pip installs nothing. */
async function fakePython({ version = "3.12", probeCode = 0, pip = ":", importing = ":" }: FakePython = {}) {
  const path = join(await mkdtemp(join(folder, "python-")), "python3");
  const script = `#!/bin/sh
case "$1 $2" in
  "-c "*) echo "${version} ${path}"; exit ${probeCode};;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python";;
  "-m pip") ${pip};;
  "-I -c") ${importing};;
esac
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}
