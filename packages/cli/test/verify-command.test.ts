import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import { Verification } from "@snowmelt/pipeline";
import { openSnowflake } from "@snowmelt/snowflake";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const command = join(root, "packages/cli/bin/snowmelt.js");
let server: LocalSnowflake;
let folder: string;

beforeAll(async () => {
  server = await startLocalSnowflake();
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache", "verify-"));
  cpSync(join(root, "packages/cli/test/fixtures/orders.ts"), join(folder, "orders.ts"));
  const { account, host, port, protocol, user: username, password } = server;
  const auth = { kind: "password", password: secretRef("test:password") } as const;
  const secrets = memorySecrets({ "test:password": password });
  await using session = await openSnowflake({ account, host, port, protocol, username, auth }, { secrets });
  await session.query("CREATE DATABASE IF NOT EXISTS SHOP");
  await session.query(
    "CREATE TABLE SHOP.PUBLIC.ORDERS (ID NUMBER(38,0) NOT NULL, UPDATED_AT TIMESTAMP_LTZ(9) NOT NULL)",
  );
  await session.query(
    "INSERT INTO SHOP.PUBLIC.ORDERS SELECT SEQ4(), '2026-01-01 00:00:00 +0000' FROM TABLE(GENERATOR(ROWCOUNT => 1000))",
  );
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function snowmelt(...argv: readonly string[]) {
  const [name = "", ...rest] = argv;
  return spawnSync(process.execPath, [command, name, "--connection", `port=${server.port}`, ...rest], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, SNOWFLAKE_PASSWORD: server.password, NO_COLOR: "1" },
  });
}

test("what was landed agrees, as a table and as a run; without a file it does not, and the exit code says so", () => {
  const { runId } = JSON.parse(snowmelt("run", "orders.ts", "--json").stdout);
  const table = snowmelt("verify", "orders.ts", "--deep");
  expect([table.status, table.stderr]).toEqual([0, ""]);
  expect(table.stdout).toMatch(/orders {2}agrees/);
  expect(table.stdout).toMatch(/source = lake, row by row +1 +0/);
  const run = snowmelt("verify", "orders.ts", "--run", runId, "--json");
  expect(run.status).toBe(0);
  expect(Verification.parse(JSON.parse(run.stdout))).toMatchObject({ runId, passed: true });
  expect(snowmelt("verify", "orders.ts", "--run", "nowhere").status).toBe(2);

  const data = join(folder, "lake/raw/orders/data");
  const file = readdirSync(data, { recursive: true }).find((name) => String(name).endsWith(".parquet"));
  rmSync(join(data, String(file)));
  const damaged = snowmelt("verify", "orders.ts", "--dataset", "orders");
  expect(damaged.status).toBe(5);
  expect(damaged.stdout).toMatch(/log = files +file +data\/\S+\.parquet +a file of \d+ bytes +no such file/);
}, 120_000);
