import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { chooseEnvironment } from "../choose-environment.ts";
import type { CliContext } from "../cli-context.ts";
import { connectionOverride } from "../connection-override.ts";
import { exitCode } from "../exit-code.ts";
import { loadPipeline } from "../load-definition.ts";
import { loadExtensions } from "../load-extensions.ts";
import { planText } from "../output/plan-text.ts";
import { collect, examples, type SourceCommand, sourceCommand } from "./command-options.ts";

interface PlanOptions extends SourceCommand {
  readonly dataset: readonly string[];
  readonly state: string;
}

export function addPlanCommand(program: Command, context: CliContext): void {
  sourceCommand(program.command("plan"))
    .summary("show what a run would do, without running it")
    .description(
      "Prints for each dataset the SQL, how each column lands, the window, what the read is worth, the quality rules and the state of the table. Reads the source's schema and the lake's log; moves no rows and writes nothing.",
    )
    .argument("<pipeline>", "TypeScript file that exports the pipeline by default")
    .addOption(
      new Option("--dataset <name>", "plan this dataset only; repeatable").argParser(collect).default([], "all"),
    )
    .option("--state <dir>", "where the state of runs is kept", ".snowmelt/state")
    .addHelpText(
      "after",
      examples([
        ["snowmelt plan pipelines/flights.ts", "for people"],
        ["snowmelt plan pipelines/flights.ts --env prod --json", "for a machine"],
      ]),
    )
    .action((file: string, options: PlanOptions) => planCommand(file, options, context));
}

async function planCommand(file: string, options: PlanOptions, context: CliContext): Promise<void> {
  const { terminal, config, cwd, signal } = context;
  const connection = connectionOverride(options.connection);
  const pipeline = await loadPipeline(file, cwd);
  const extensions = await loadExtensions(file, cwd);
  const environment = chooseEnvironment(pipeline.platform, options.env);
  const { planPipeline, systemSecrets } = await context.loadEngine();
  const plan = await planPipeline(pipeline, {
    environment,
    extensions,
    connection,
    secrets: systemSecrets(config.variables),
    ...(options.dataset.length > 0 ? { datasets: options.dataset } : {}),
    stateRoot: resolve(cwd, options.state),
    lake: config.lake,
    signal,
  });
  terminal.out(options.json ? `${JSON.stringify(plan)}\n` : planText(plan, terminal.paintOut));
  const refused = plan.datasets.find(({ status }) => status === "refused");
  if (refused?.status === "refused") context.exitWith(exitCode(refused.category));
}
