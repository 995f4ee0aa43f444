// The one way in: runs on any Node >= 20 with nothing installed, installs what the lock file asks for,
// then runs a TypeScript script of this repository, from its sources, on the repository's own Node.
//
//   node scripts/start.mjs scripts/test.ts [arguments...]
//   node scripts/start.mjs                                 installs, and that is all
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE_MAJOR = 20;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const stamp = join(modules, ".snowmelt-lock");

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(`snowmelt: ${message}`);
  process.exit(1);
}

function checkPrerequisites() {
  if (process.platform === "win32") fail("Windows is not supported yet: use WSL (https://aka.ms/wsl).");
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE_MAJOR) {
    fail(`Node ${OLDEST_NODE_MAJOR} or later is needed, this is ${process.version}. Get it from https://nodejs.org.`);
  }
}

/**
 * Installs the locked versions and leaves the lock file as it is. Not `npm ci`: it refuses a lock that lacks the optional
 * binaries of platforms other than the one that it was made on.
 */
function install() {
  const hash = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;

  console.error("snowmelt: installing the packages of package-lock.json (npm install)");
  rmSync(stamp, { force: true });
  const beganAt = Date.now();
  const npm = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (npm.error) fail(`npm could not be started (${npm.error.message}). npm comes with Node: https://nodejs.org.`);
  if (npm.status !== 0) fail("npm install failed; its messages are above. Nothing was run.");
  writeFileSync(stamp, hash);
  console.error(`snowmelt: installed in ${((Date.now() - beganAt) / 1000).toFixed(1)} s`);
}

/** The Node that package-lock.json names, so that every machine runs the same one. */
function repositoryNode() {
  const node = join(modules, "node", "bin", "node");
  if (!existsSync(node)) {
    fail(`${node} is missing: its install script did not run. Run "npm rebuild node" without ignore-scripts.`);
  }
  return node;
}

/** Hands over: arguments, standard streams, signals and the exit are the script's. */
function run(script, args) {
  const child = spawn(repositoryNode(), ["--conditions=@snowmelt/source", join(root, script), ...args], {
    cwd: root,
    stdio: "inherit",
    // What a script starts by name ("node", "vitest") is the repository's too.
    env: { ...process.env, PATH: `${join(modules, ".bin")}:${process.env.PATH ?? ""}` },
  });
  // A terminal sends Ctrl-C to the whole group, so the script has it already.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`${script} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
}

const [script, ...args] = process.argv.slice(2);
if (script !== undefined && !existsSync(join(root, script))) fail(`there is no ${script} in this repository.`);
checkPrerequisites();
install();
if (script !== undefined) run(script, args);
