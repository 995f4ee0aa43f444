import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memorySecrets, secretRef } from "@snowmelt/core/ports";
import { type LocalSnowflake, startLocalSnowflake } from "@snowmelt/local";
import { openSnowflake } from "@snowmelt/snowflake";
import { expect, onTestFinished, test } from "vitest";

const root = join(import.meta.dirname, "..");
const example = readFileSync(join(root, "examples/land-flights.ts"), "utf8");

test("the example in the README is the one that is run, seen from the root, and fifteen lines", () => {
  const shown = example.replaceAll('from "../', 'from "./');
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(`\`\`\`ts\n${shown}\`\`\``);
  expect(example.split("\n").filter((line) => line !== "")).toHaveLength(15);
});

test("the example lands the rows of the source, and nothing when it is run again", async () => {
  await using server = await startLocalSnowflake();
  await makeFlights(server);
  const folder = copyRepository(server.port);
  expect(runExample(folder, server)).toMatch(/^succeeded \{[^}]*extracted: 2,[^}]*quarantined: 1,/s);
  expect(runExample(folder, server)).toMatch(/^succeeded \{[^}]*extracted: 0,/s);
});

test("the example of a rule of one's own splits off the row that it refuses", async () => {
  await using server = await startLocalSnowflake();
  await makeFlights(server);
  const said = runExample(copyRepository(server.port), server, "own-rule");
  expect(said).toMatch(/^succeeded \{[^}]*extracted: 2,[^}]*inserted: 1,[^}]*quarantined: 1,/s);
  expect(said).toContain('reachable({"maxMiles":9600}) of ORIGIN, DESTINATION, DISTANCE');
});

async function makeFlights({ account, host, port, protocol, user: username, password }: LocalSnowflake): Promise<void> {
  const auth = { kind: "password", password: secretRef("test:password") } as const;
  const secrets = memorySecrets({ "test:password": password });
  await using session = await openSnowflake({ account, host, port, protocol, username, auth }, { secrets });
  for (const sql of [
    "CREATE DATABASE IF NOT EXISTS AVIATION",
    `CREATE TABLE AVIATION.PUBLIC.FLIGHTS (FLIGHT_ID NUMBER(38,0) NOT NULL, DATE TIMESTAMP_NTZ(6) NOT NULL, DELAY NUMBER(10,0),
       DISTANCE NUMBER(10,0), ORIGIN VARCHAR(3), DESTINATION VARCHAR(3), UPDATED_AT TIMESTAMP_NTZ(6) NOT NULL)`,
    `INSERT INTO AVIATION.PUBLIC.FLIGHTS VALUES (1, '2001-01-31 10:00:00', 5, 700, 'LAX', 'SFO', '2001-02-01 00:00:00'),
       (2, '2001-02-01 10:00:00', NULL, 0, 'SFO', 'LAX', '2001-02-01 00:00:00')`,
  ]) {
    await session.query(sql);
  }
}

/** The example with what it imports, below the repository so that packages resolve, for a server on another port. */
function copyRepository(port: number): string {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache", "example-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of ["examples/land-flights.ts", "examples/own-rule.ts", "pipelines/flights.schema.ts"]) {
    cpSync(join(root, path), join(folder, path));
  }
  const platform = readFileSync(join(root, "platform.ts"), "utf8");
  expect(platform).toContain("port: 7676");
  writeFileSync(join(folder, "platform.ts"), platform.replace("port: 7676", `port: ${port}`));
  return folder;
}

function runExample(folder: string, { password }: LocalSnowflake, name = "land-flights"): string {
  const script = join(folder, `examples/${name}.ts`);
  return execFileSync(process.execPath, ["--conditions=@snowmelt/source", script], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, SNOWFLAKE_PASSWORD: password },
  });
}
