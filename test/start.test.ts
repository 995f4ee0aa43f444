import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let clone: string;

/** An npm that notes how it was called and leaves what a real one would: a node_modules with the repository's Node. */
const NPM = `#!/bin/sh
echo "$@" >> npm-calls
[ -e npm-fails ] && exit 7
mkdir -p node_modules/node/bin && ln -sf "${process.execPath}" node_modules/node/bin/node
`;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "snowmelt-start-"));
  mkdirSync(join(clone, "scripts"));
  cpSync(join(import.meta.dirname, "../scripts/start.mjs"), join(clone, "scripts/start.mjs"));
  writeFileSync(join(clone, "package-lock.json"), "{}");
  mkdirSync(join(clone, "bin"));
  writeFileSync(join(clone, "bin/npm"), NPM);
  chmodSync(join(clone, "bin/npm"), 0o755);
  symlinkSync(process.execPath, join(clone, "bin/node"));
});

afterEach(() => rmSync(clone, { recursive: true }));

function writeScript(text: string): void {
  writeFileSync(join(clone, "scripts/script.ts"), text);
}

const env = () => ({ ...process.env, PATH: `${join(clone, "bin")}:${process.env.PATH}` });

function start(...args: string[]) {
  return spawnSync(process.execPath, ["scripts/start.mjs", ...args], { cwd: clone, encoding: "utf8", env: env() });
}

function npmCalls(): string[] {
  const calls = join(clone, "npm-calls");
  return existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [];
}

describe("the way in", () => {
  test("installs a fresh clone once, and leaves the lock file as it is", () => {
    expect(start().status).toBe(0);
    expect(start().status).toBe(0);
    expect(npmCalls()).toEqual([expect.stringMatching(/^install --no-save /)]);
  });

  test("installs again when the lock file has changed", () => {
    start();
    writeFileSync(join(clone, "package-lock.json"), '{ "changed": true }');
    expect(start().status).toBe(0);
    expect(npmCalls()).toHaveLength(2);
  });

  test("runs nothing after an install that failed, and tries again next time", () => {
    writeScript("console.log('ran')");
    writeFileSync(join(clone, "npm-fails"), "");
    const failed = start("scripts/script.ts");
    expect({ status: failed.status, stdout: failed.stdout }).toEqual({ status: 1, stdout: "" });
    expect(failed.stderr).toContain("npm install failed");

    rmSync(join(clone, "npm-fails"));
    expect(start("scripts/script.ts").stdout).toBe("ran\n");
  });

  test("names a script that is not there before it installs anything", () => {
    const { status, stderr } = start("scripts/absent.ts");
    expect({ status, calls: npmCalls() }).toEqual({ status: 1, calls: [] });
    expect(stderr).toContain("scripts/absent.ts");
  });

  test("says how to get the repository's Node when its install script was not allowed to run", () => {
    writeScript("");
    start();
    rmSync(join(clone, "node_modules/node"), { recursive: true });
    const { status, stderr } = start("scripts/script.ts");
    expect(status).toBe(1);
    expect(stderr).toContain("npm rebuild node");
  });

  test("hands over arguments, standard output and the exit code, and keeps its own words off standard output", () => {
    writeScript("const args: string[] = process.argv.slice(2); console.log(JSON.stringify(args)); process.exit(3);");
    const { status, stdout } = start("scripts/script.ts", "--json", "a b", "--", "$HOME");
    expect({ status, stdout }).toEqual({ status: 3, stdout: '["--json","a b","--","$HOME"]\n' });
  });

  test("runs the script from sources", () => {
    writeScript("console.log(process.execArgv.join(' '))");
    expect(start("scripts/script.ts").stdout).toBe("--conditions=@snowmelt/source\n");
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("passes %s on and ends as the script ends", async (signal) => {
    writeScript(`process.on("${signal}", () => process.exit(42)); setInterval(() => {}, 1000); console.log("ready")`);
    start();
    const child = spawn(process.execPath, ["scripts/start.mjs", "scripts/script.ts"], {
      cwd: clone,
      env: env(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    child.stdout.once("data", () => child.kill(signal));
    expect(await new Promise((resolve) => child.on("exit", (code) => resolve(code)))).toBe(42);
  });

  test("a script that a signal killed is not taken for a success", () => {
    writeScript("process.kill(process.pid, 'SIGKILL')");
    expect(start("scripts/script.ts").status).toBe(128 + 9);
  });
});
