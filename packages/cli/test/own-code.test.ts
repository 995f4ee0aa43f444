import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import { RunManifest } from "@snowmelt/pipeline";
import { openSnowflake } from "@snowmelt/snowflake";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
let server: LocalSnowflake;
let folder: string;

beforeAll(async () => {
  server = await startLocalSnowflake();
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache", "own-code-"));
  cpSync(join(root, "packages/cli/test/fixtures/own-code"), folder, { recursive: true });
  const { account, host, port, protocol, user: username, password } = server;
  const auth = { kind: "password", password: secretRef("test:password") } as const;
  const secrets = memorySecrets({ "test:password": password });
  await using session = await openSnowflake({ account, host, port, protocol, username, auth }, { secrets });
  for (const sql of [
    "CREATE DATABASE IF NOT EXISTS SHOP",
    "CREATE TABLE SHOP.PUBLIC.ORDERS (ID NUMBER(38,0) NOT NULL, UPDATED_AT TIMESTAMP_LTZ(9) NOT NULL)",
    "INSERT INTO SHOP.PUBLIC.ORDERS SELECT SEQ4(), '2026-01-01 00:00:00 +0000' FROM TABLE(GENERATOR(ROWCOUNT => 1000))",
  ])
    await session.query(sql);
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function snowmelt(name: string, ...argv: readonly string[]) {
  const command = join(root, "packages/cli/bin/snowmelt.js");
  const connection = ["--connection", `port=${server.port}`];
  return spawnSync(process.execPath, [command, name, "pipelines/orders.ts", ...connection, ...argv], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, SNOWFLAKE_PASSWORD: server.password, NO_COLOR: "1" },
  });
}

test("plan and run take the code that the platform's file exports beside the platform", () => {
  const plan = snowmelt("plan");
  expect([plan.status, plan.stderr]).toEqual([0, ""]);
  expect(plan.stdout).toContain('below({"limit":900}) of ID');
  const run = snowmelt("run", "--json");
  expect([run.status, run.stderr]).toEqual([0, ""]);
  const { datasets } = RunManifest.parse(JSON.parse(run.stdout));
  expect(datasets).toMatchObject([{ counts: { extracted: 1000, inserted: 900, quarantined: 100 } }]);
});

test("what nobody gave is told by plan and run, with the exit code of a wrong definition, and nothing is written", () => {
  const file = join(folder, "pipelines/orders.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace('custom("below"', 'custom("belwo"'));
  rmSync(join(folder, "lake"), { recursive: true, force: true });
  for (const command of ["plan", "run"]) {
    const { status, stdout, stderr } = snowmelt(command);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(
      'datasets.orders.quality[0].name: there is no rule of your own called "belwo"; did you mean "below"?',
    );
  }
  expect(existsSync(join(folder, "lake"))).toBe(false);
});
