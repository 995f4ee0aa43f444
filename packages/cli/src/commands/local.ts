import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliContext, LocalLake, LocalRequest } from "../cli-context.ts";
import { loadPlatform } from "../load-definition.ts";
import { planLocalLakes } from "../plan-local-lakes.ts";
import { type EveryCommand, everyCommand, examples } from "./command-options.ts";

interface LocalOptions extends EveryCommand {
  readonly port: number;
  readonly data: string;
  readonly sample?: true;
  readonly aws?: true;
  readonly awsPort: number;
  readonly sagemaker?: true;
  readonly platform?: string;
}

/** The port that a platform's local environment names; 0 takes a free one. */
const defaultPort = 7676;
const defaultPlatform = "platform.ts";
/** Where programs look for an AWS on this machine. */
const defaultAwsPort = 4566;

export function addLocalCommand(program: Command, context: CliContext): void {
  everyCommand(program.command("local"))
    .summary("run a Snowflake on this machine, and an AWS beside it, until Ctrl-C")
    .description(
      "Starts a local Snowflake that the unmodified drivers connect to. Its data stays in its folder; the password is made there once. With --aws an AWS runs beside it (S3, Glue, Athena, Lambda, DynamoDB and more), with a bucket for the lake, and with what the environments of a platform need that are on this machine.",
    )
    .addOption(
      new Option("--port <number>", "where it listens on 127.0.0.1; 0 takes a free port")
        .argParser(portNumber)
        .default(defaultPort),
    )
    .option("--data <dir>", "where its data, results and history are kept", ".snowmelt/local")
    .option("--sample", "load the sample data (3,000,000 flights) if it is not there yet")
    .option("--aws", "run AWS as well, and print the environment that leads to both")
    .addOption(
      new Option("--aws-port <number>", "where AWS listens on 127.0.0.1; 0 takes a free port")
        .argParser(portNumber)
        .default(defaultAwsPort),
    )
    .addOption(new Option("--sagemaker", "run SageMaker and Lake Formation too; means --aws").implies({ aws: true }))
    .option(
      "--platform <file>",
      "with --aws: make buckets, Glue databases and stages of its environments on this machine (./platform.ts if it is there)",
    )
    .addHelpText(
      "after",
      examples([
        ["snowmelt local --sample", "in one terminal"],
        ["SNOWFLAKE_PASSWORD=… snowmelt run pipelines/flights.ts", "in another"],
        ["snowmelt local --aws", "Snowflake and AWS together"],
        ["snowmelt local --port 0 --json", "one line when it is ready: host, port, user, password, …"],
      ]),
    )
    .action((options: LocalOptions) => localCommand(options, context));
}

async function localCommand(options: LocalOptions, context: CliContext): Promise<void> {
  const { port, data, sample, json, aws, awsPort, sagemaker } = options;
  const { terminal, cwd, signal } = context;
  const what = aws === true ? "Snowflake and AWS; their data stays" : "Snowflake; its data stays";
  const say = (text: string): void => {
    if (json !== true) terminal.err(text);
  };
  signal.addEventListener("abort", () => say(`\nStopping the local ${what}.\n`), { once: true });
  const local = await context.loadLocal();
  const request: LocalRequest = {
    port,
    dataDir: resolve(cwd, data),
    sample: sample === true,
    json: json === true,
    signal,
    print: terminal.out,
    printProgress: (text) => say(`${text}\n`),
  };
  if (aws !== true) return local.runLocalServer(request);
  const services = sagemaker === true ? (["ministack", "moto"] as const) : (["ministack"] as const);
  const lakes = await localLakes(options, context);
  return local.runLocalStack({ ...request, awsPort, services, lakes });
}

/** Those of the platform that is named, or of the one that is here. */
async function localLakes({ platform }: LocalOptions, { cwd }: CliContext): Promise<readonly LocalLake[]> {
  if (platform === undefined && !existsSync(resolve(cwd, defaultPlatform))) return [];
  const loaded = await loadPlatform(platform ?? defaultPlatform, cwd);
  return planLocalLakes(loaded, await pipelineHere(cwd));
}

/** One that can be typed as it is shown, where there is one. */
async function pipelineHere(cwd: string): Promise<string> {
  const names = await readdir(resolve(cwd, "pipelines")).catch(() => []);
  const found = names.filter((name) => name.endsWith(".ts") && !/\.(schema|test|d)\.ts$/.test(name)).sort();
  return found[0] === undefined ? "<pipeline.ts>" : `pipelines/${found[0]}`;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a number from 0 to 65535.");
}
