import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const command = join(import.meta.dirname, "../bin/snowmelt.js");

/** Runs the command in a Node whose `process` was changed first. */
const snowmelt = (change: string, argv: readonly string[]) =>
  spawnSync(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(change)}`, command, ...argv], {
    encoding: "utf8",
  });

const nodeOf = (version: string): string =>
  `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;

test.each(["20.20.2", "22.17.1"])("Node %s is told which Node is needed, and no stack", (version) => {
  const { status, stdout, stderr } = snowmelt(nodeOf(version), ["--version"]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(
    /^NODE_TOO_OLD: snowmelt needs Node 22\.18 or newer; this is Node [\d.]+ \(.*\)\. Install .*\n$/,
  );
  expect(stderr).toContain(`this is Node ${version}`);
});

test("with --json a Node that is too old is the one document", () => {
  const { status, stdout, stderr } = snowmelt(nodeOf("20.20.2"), ["run", "orders.ts", "--json"]);
  expect([status, stderr]).toEqual([2, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "NODE_TOO_OLD", category: "definition" } });
});

test.each(["22.18.0", "24.0.0", "100.1.0"])("Node %s is new enough", (version) => {
  expect(snowmelt(nodeOf(version), ["--version"])).toMatchObject({ status: 0, stdout: "0.1.0\n", stderr: "" });
});

test("a worker that cannot be started is named, with the reason", () => {
  const { status, stdout, stderr } = snowmelt('process.execPath = "/nowhere/node"', ["--version"]);
  expect([status, stdout]).toEqual([126, ""]);
  expect(stderr).toContain("could not be started with /nowhere/node: spawn /nowhere/node ENOENT. Nothing was done.");
  expect(stderr).not.toMatch(/\n\s+at /);
});
