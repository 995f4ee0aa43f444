import { once } from "node:events";
import type { ConnectionFacts } from "./connection-facts.ts";
import { localError } from "./local-error.ts";
import { startLocalSnowflake } from "./start-local-snowflake.ts";

export interface RunLocalServerOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly dataDir: string;
  readonly sample: boolean;
  /** One line of JSON when ready, instead of a table. */
  readonly json: boolean;
  /** Aborting it stops the server in good order. */
  readonly signal: AbortSignal;
  /** Where the facts go. @default standard output */
  readonly print?: (text: string) => void;
  /** Where progress goes. @default standard error */
  readonly printProgress?: (text: string) => void;
}

/** Runs a local Snowflake in the foreground, in a process beside this one, until the signal aborts. */
export async function runLocalServer(options: RunLocalServerOptions): Promise<void> {
  const { port, dataDir, sample, json, signal } = options;
  const print = options.print ?? ((text) => process.stdout.write(text));
  const onProgress = options.printProgress ?? ((text) => process.stderr.write(`${text}\n`));
  const start = { port, dataDir, sample, onProgress, signal };
  await using server = await startLocalSnowflake(start).catch((error: unknown) => {
    if (signal.aborted) return null;
    throw error;
  });
  if (server === null) return;
  const { host, protocol, account, user, password, database, schema, warehouse } = server;
  const facts: ConnectionFacts = {
    host,
    port: server.port,
    protocol,
    account,
    user,
    password,
    database,
    schema,
    warehouse,
  };
  print(json ? `${JSON.stringify(facts)}\n` : toTable(facts));
  if (signal.aborted) return;
  const aborted = once(signal, "abort");
  const how = await Promise.race([aborted.then(() => "stopped"), server.ended.then(() => "ended")]);
  if (how === "ended" && !signal.aborted)
    throw localError("LOCAL_START_FAILED", "The local Snowflake's process ended by itself; its error output says why.");
}

function toTable(facts: ConnectionFacts): string {
  const rows = Object.entries(facts).map(([name, value]) => `  ${name.padEnd(10)} ${value}`);
  return ["Local Snowflake is ready. Stop it with Ctrl-C.", "", ...rows, "", ""].join("\n");
}
