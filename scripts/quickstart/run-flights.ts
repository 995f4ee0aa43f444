import type { LocalSnowflake } from "@snowmelt/local";
import * as engine from "@snowmelt/pipeline";
import { main, readConfig } from "snowmelt";

export interface FlightsRun {
  /** Of the command. */
  readonly code: number;
  /** Undefined where the run did not come to its end. */
  readonly manifest: engine.RunManifest | undefined;
}

/** `snowmelt run pipelines/flights.ts`, against the server that was started, as a user would type it. */
export async function runFlights({ port, password }: LocalSnowflake, root: string): Promise<FlightsRun> {
  const argv = ["run", "pipelines/flights.ts", "--env", "local", "--connection", `port=${port}`];
  console.log(`\n$ SNOWFLAKE_PASSWORD=… npx snowmelt ${argv.join(" ")}\n`);
  let manifest: engine.RunManifest | undefined;
  const code = await main(argv, {
    cwd: root,
    config: readConfig({ ...process.env, SNOWFLAKE_PASSWORD: password }),
    loadEngine: async () => ({
      ...engine,
      async runPipeline(definition, options) {
        manifest = await engine.runPipeline(definition, options);
        return manifest;
      },
    }),
  });
  return { code, manifest };
}
