import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { type EveryCommand, everyCommand, examples } from "./command-options.ts";

interface LocalOptions extends EveryCommand {
  readonly port: number;
  readonly data: string;
  readonly sample?: true;
}

/** The port that a platform's local environment names; 0 takes a free one. */
const defaultPort = 7676;

export function addLocalCommand(program: Command, context: CliContext): void {
  everyCommand(program.command("local"))
    .summary("run a Snowflake on this machine, until Ctrl-C")
    .description(
      "Starts a local Snowflake that the unmodified drivers connect to. Its data stays in its folder; the password is made there once.",
    )
    .addOption(
      new Option("--port <number>", "where it listens on 127.0.0.1; 0 takes a free port")
        .argParser(portNumber)
        .default(defaultPort),
    )
    .option("--data <dir>", "where its data, results and history are kept", ".snowmelt/local")
    .option("--sample", "load the sample data (3,000,000 flights) if it is not there yet")
    .addHelpText(
      "after",
      examples([
        ["snowmelt local --sample", "in one terminal"],
        ["SNOWFLAKE_PASSWORD=… snowmelt run pipelines/flights.ts", "in another"],
        ["snowmelt local --port 0 --json", "one line when it is ready: host, port, user, password, …"],
      ]),
    )
    .action((options: LocalOptions) => localCommand(options, context));
}

async function localCommand({ port, data, sample, json }: LocalOptions, context: CliContext): Promise<void> {
  const { terminal, cwd, signal } = context;
  signal.addEventListener("abort", () => terminal.err("\nStopping the local Snowflake; its data stays.\n"), {
    once: true,
  });
  const { runLocalServer } = await context.loadLocal();
  await runLocalServer({
    port,
    dataDir: resolve(cwd, data),
    sample: sample === true,
    json: json === true,
    signal,
    print: terminal.out,
    printProgress: (text) => terminal.err(`${text}\n`),
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a number from 0 to 65535.");
}
