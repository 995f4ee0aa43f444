import type { Command } from "commander";
import { chooseEnvironment } from "../choose-environment.ts";
import type { CliContext } from "../cli-context.ts";
import { exitCode } from "../exit-code.ts";
import { loadPipeline } from "../load-definition.ts";
import { discoverText } from "../output/discover-text.ts";
import { type EveryCommand, everyCommand, examples } from "./command-options.ts";

interface DiscoverOptions extends EveryCommand {
  readonly env?: string;
}

export function addDiscoverCommand(program: Command, context: CliContext): void {
  everyCommand(program.command("discover"))
    .summary("run a pipeline's crawlers over data that others wrote")
    .description(
      "Starts every crawler that the pipeline names, waits until that very crawl is over, and says what it found. An earlier crawl that runs already is waited for. Ctrl-C leaves crawls that were started running in AWS.",
    )
    .argument("<pipeline>", "TypeScript file that exports the pipeline by default")
    .option("--env <name>", "environment of the platform; may be left out where there is only one")
    .addHelpText("after", examples([["snowmelt discover pipelines/flights.ts --env prod", "what is new there"]]))
    .action((file: string, options: DiscoverOptions) => discoverCommand(file, options, context));
}

async function discoverCommand(file: string, options: DiscoverOptions, context: CliContext): Promise<void> {
  const { terminal, config, cwd, signal } = context;
  const pipeline = await loadPipeline(file, cwd);
  const environment = chooseEnvironment(pipeline.platform, options.env);
  const { runDiscovery } = await context.loadEngine();
  const told = new Set<string>();
  const discovery = await runDiscovery(pipeline, {
    environment,
    lake: config.lake,
    signal,
    onProgress: (text) => {
      // A crawl is looked at many times and waited for once.
      if (options.json || told.has(text)) return;
      told.add(text);
      terminal.err(`${text}\n`);
    },
  });
  terminal.out(options.json ? `${JSON.stringify(discovery)}\n` : discoverText(discovery, terminal.paintOut));
  const failed = discovery.crawls.find(({ status }) => status === "failed");
  if (failed?.status === "failed") context.exitWith(exitCode(failed.failure.category));
}
