import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalSnowflake } from "@snowmelt/local";
import type { AwsEmulators } from "@snowmelt/local/aws";
import { RunManifest } from "@snowmelt/pipeline";

export interface FlightsRun {
  /** Of the command. */
  readonly code: number;
  /** Undefined where the run did not come to its end. */
  readonly manifest: RunManifest | undefined;
}

/** `snowmelt run pipelines/flights.ts`, against the server that was started, as a user would type it. */
export async function runFlights(
  { port, password }: LocalSnowflake,
  root: string,
  { environment, aws }: { readonly environment: string; readonly aws?: AwsEmulators | undefined },
): Promise<FlightsRun> {
  const argv = ["run", "pipelines/flights.ts", "--env", environment, "--connection", `port=${port}`];
  const shown = aws ? `AWS_ENDPOINT_URL=${aws.endpoint} SNOWFLAKE_PASSWORD=…` : "SNOWFLAKE_PASSWORD=…";
  console.log(`\n$ ${shown} npx snowmelt ${argv.join(" ")}\n`);
  const before = new Set(await runIds(root));
  const child = spawn(process.execPath, [join(root, "packages", "cli", "bin", "snowmelt.js"), ...argv], {
    cwd: root,
    stdio: "inherit",
    env: { ...withoutAws(process.env), ...aws?.env, SNOWFLAKE_PASSWORD: password },
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => resolve(status ?? 1));
  });
  const runId = (await runIds(root)).find((id) => !before.has(id));
  return { code, manifest: runId === undefined ? undefined : await readManifest(root, runId) };
}

/** A profile of the user's own must not lead the run to a real account. */
const withoutAws = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith("AWS_")));

async function runIds(root: string): Promise<string[]> {
  return readdir(join(root, ".snowmelt", "runs")).catch(() => []);
}

async function readManifest(root: string, runId: string): Promise<RunManifest | undefined> {
  const text = await readFile(join(root, ".snowmelt", "runs", runId, "manifest.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : RunManifest.parse(JSON.parse(text));
}
