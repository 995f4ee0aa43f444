import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import { RunManifest } from "@snowmelt/pipeline";
import { openSnowflake } from "@snowmelt/snowflake";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const command = join(root, "packages/cli/bin/snowmelt.js");
let server: LocalSnowflake;
let folder: string;

beforeAll(async () => {
  server = await startLocalSnowflake();
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache", "command-"));
  cpSync(join(root, "packages/cli/test/fixtures/orders.ts"), join(folder, "orders.ts"));
  await change("CREATE DATABASE IF NOT EXISTS SHOP");
  await change("CREATE TABLE SHOP.PUBLIC.ORDERS (ID NUMBER(38,0) NOT NULL, UPDATED_AT TIMESTAMP_LTZ(9) NOT NULL)");
  await change(
    "INSERT INTO SHOP.PUBLIC.ORDERS SELECT SEQ4(), '2026-01-01 00:00:00 +0000' FROM TABLE(GENERATOR(ROWCOUNT => 1000))",
  );
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test("plan says what would be done and writes nothing", () => {
  const { status, stdout } = snowmelt(["plan", "orders.ts"]);
  expect(status).toBe(0);
  expect(stdout).toContain("orders  would land");
  expect(stdout).toContain('FROM "SHOP"."PUBLIC"."ORDERS" AT(TIMESTAMP =>');
  expect(existsSync(join(folder, "lake"))).toBe(false);
  expect(existsSync(join(folder, ".snowmelt/runs"))).toBe(false);
});

test("run lands what is there, then nothing, and its one JSON document is the manifest it leaves", () => {
  const first = snowmelt(["run", "orders.ts", "--json"]);
  expect([first.status, first.stderr]).toEqual([0, ""]);
  const manifest = RunManifest.parse(JSON.parse(first.stdout));
  expect(manifest.datasets.map(({ outcome, counts }) => [outcome, counts.inserted])).toEqual([
    ["committed", 1000],
    ["committed", 1000],
  ]);
  const records = join(folder, ".snowmelt/runs", manifest.runId);
  expect(JSON.parse(readFileSync(join(records, "manifest.json"), "utf8"))).toEqual(manifest);
  expect(readFileSync(join(records, "report.html"), "utf8")).toContain(manifest.runId);
  const again = snowmelt(["run", "orders.ts"]);
  expect(again.status).toBe(0);
  expect(again.stdout).toContain("Nothing new: the lake already holds what the source has");
});

test.each([
  ["a wrong password", [], { SNOWFLAKE_PASSWORD: "hunter2hunter2" }, 3, "refused the login of SNOWMELT"],
  ["no password", [], { SNOWFLAKE_PASSWORD: "" }, 3, "SNOWFLAKE_PASSWORD is not set"],
  ["a host that does not answer", ["--connection", "port=1"], {}, 4, "127.0.0.1"],
  ["an unknown dataset", ["--dataset", "order"], {}, 2, "known are orders, all_orders"],
])("%s is one paragraph, with the exit code of its kind", (_, argv, variables, code, message) => {
  const { status, stdout, stderr } = snowmelt(["run", "orders.ts", ...argv], variables);
  expect(status).toBe(code);
  expect(stdout).toBe("");
  expect(stderr.replaceAll("\n", " ")).toContain(message);
  expect(stderr).not.toMatch(/hunter2|\n\s+at /);
});

test("typegen writes a file that --check agrees with, until the table changes", async () => {
  const argv = ["typegen", "orders.ts", "--table", "SHOP.PUBLIC.ORDERS", "--out", "orders.schema.ts"];
  expect(snowmelt(argv).stdout).toContain("1 table, 2 columns, written");
  expect(snowmelt([...argv, "--check"]).status).toBe(0);
  await change("ALTER TABLE SHOP.PUBLIC.ORDERS ADD COLUMN NOTE VARCHAR(10)");
  const { status, stderr } = snowmelt([...argv, "--check"]);
  expect(status).toBe(5);
  expect(stderr).toContain('+ ["NOTE", "VARCHAR(10)"],');
  await change("ALTER TABLE SHOP.PUBLIC.ORDERS DROP COLUMN NOTE");
});

test("Ctrl-C while the source is slow ends with 130, says what becomes of the run, and soon", async () => {
  await server.admin.setFaults([{ kind: "requestSlow", on: "query", latencyMs: 2000, times: "always" }]);
  const child = spawn(process.execPath, [command, "run", "orders.ts", ...connection()], {
    cwd: folder,
    env: environment(),
  });
  let [stdout, stderr] = ["", ""];
  let stoppedAtMs = 0;
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
    if (stoppedAtMs > 0 || !stderr.includes("orders in local")) return;
    stoppedAtMs = Date.now();
    child.kill("SIGINT");
  });
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  await server.admin.clearFaults();
  expect(code).toBe(130);
  expect(Date.now() - stoppedAtMs).toBeLessThan(15_000);
  expect(stderr).toContain("Stopping: the query at the source is cancelled");
  expect(stdout).toContain("Nothing of what was under way is visible");
}, 60_000);

test("a run whose output nobody reads any more ends as it would have: done, and with its own exit code", async () => {
  const unread = (runs: string) =>
    spawnSync(
      "bash",
      ["-c", `"$0" "$@" | true; exit "\${PIPESTATUS[0]}"`, process.execPath, command, "run", "orders.ts"].concat(
        connection(),
        ["--dataset", "orders", "--runs", runs],
      ),
      { cwd: folder, encoding: "utf8", env: environment() },
    );
  expect(unread("unread-good").status).toBe(0);
  expect(recordedIn("unread-good")).toMatchObject([{ status: "succeeded" }]);
  await server.admin.setFaults([{ kind: "statementFails", skip: 1, times: "always" }]);
  const failed = unread("unread-bad");
  await server.admin.clearFaults();
  expect(recordedIn("unread-bad")).toMatchObject([{ status: "failed" }]);
  expect(failed.status).toBe(4);
}, 60_000);

test("a process that is killed is told of, with the exit code shells give it", async () => {
  await server.admin.setFaults([{ kind: "requestSlow", on: "query", latencyMs: 2000, times: "always" }]);
  const child = spawn(process.execPath, [command, "run", "orders.ts", ...connection()], {
    cwd: folder,
    env: environment(),
  });
  let stderr = "";
  let killed = false;
  child.stderr.on("data", (text) => {
    stderr += text;
    if (killed || !stderr.includes("orders in local")) return;
    killed = true;
    const worker = Number(spawnSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" }).stdout);
    process.kill(worker, "SIGKILL");
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  await server.admin.clearFaults();
  expect([killed, code]).toEqual([true, 137]);
  expect(stderr).toContain("was killed by SIGKILL (out of memory?)");
}, 60_000);

test("a command that is killed takes its worker along: nothing is visible, and the next run lands all", async () => {
  const home = join(folder, "killed-parent");
  mkdirSync(home);
  cpSync(join(folder, "orders.ts"), join(home, "orders.ts"));
  await server.admin.setFaults([{ kind: "requestSlow", on: "query", latencyMs: 2000, times: "always" }]);
  const child = spawn(process.execPath, [command, "run", "orders.ts", ...connection()], {
    cwd: home,
    env: environment(),
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
    if (stderr.includes("orders in local")) child.kill("SIGKILL");
  });
  // Its pipes are the worker's too: they are closed when both are gone.
  const [, signal] = await once(child, "close");
  await server.admin.clearFaults();
  expect(signal).toBe("SIGKILL");
  expect(stderr).toContain("Stopping: the query at the source is cancelled");
  expect(stdout).toContain("Nothing of what was under way is visible");
  expect(logEntries(join(home, "lake"))).toEqual([]);
  const next = snowmelt(["run", "orders.ts", "--json"], {}, home);
  expect(next.status).toBe(0);
  const { datasets } = RunManifest.parse(JSON.parse(next.stdout));
  expect(datasets.map(({ outcome, counts, deltaVersion }) => [outcome, counts.inserted, deltaVersion])).toEqual([
    ["committed", 1000, 0],
    ["committed", 1000, 0],
  ]);
  expect(logEntries(join(home, "lake"))).toHaveLength(2);
}, 60_000);

function logEntries(lake: string): string[] {
  const paths = existsSync(lake) ? readdirSync(lake, { recursive: true, encoding: "utf8" }) : [];
  return paths.filter((path) => /_delta_log\/\d+\.json$/.test(path));
}

function recordedIn(runs: string): unknown[] {
  const manifests = readdirSync(join(folder, runs)).map((run) => join(folder, runs, run, "manifest.json"));
  return manifests.map((path) => JSON.parse(readFileSync(path, "utf8")));
}

const connection = () => ["--connection", `port=${server.port}`];
const environment = (variables: Record<string, string> = {}) => ({
  ...process.env,
  SNOWFLAKE_PASSWORD: server.password,
  NO_COLOR: "1",
  ...variables,
});

function snowmelt([name = "", ...argv]: readonly string[], variables: Record<string, string> = {}, cwd = folder) {
  return spawnSync(process.execPath, [command, name, ...connection(), ...argv], {
    cwd,
    encoding: "utf8",
    env: environment(variables),
  });
}

async function change(sql: string): Promise<void> {
  const { account, host, port, protocol, user: username, password } = server;
  const auth = { kind: "password", password: secretRef("test:password") } as const;
  const secrets = memorySecrets({ "test:password": password });
  await using session = await openSnowflake({ account, host, port, protocol, username, auth }, { secrets });
  await session.query(sql);
}
