import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { chooseEnvironment } from "../choose-environment.ts";
import type { CliContext, VerifyRequest } from "../cli-context.ts";
import { connectionOverride } from "../connection-override.ts";
import { exitCodes } from "../exit-code.ts";
import { loadPipeline } from "../load-definition.ts";
import { verifyText } from "../output/verify-text.ts";
import { collect, examples, type SourceCommand, sourceCommand } from "./command-options.ts";

interface VerifyOptions extends SourceCommand {
  readonly dataset: readonly string[];
  readonly run?: string;
  readonly runs: string;
  readonly deep?: true;
  readonly all?: true;
}

export function addVerifyCommand(program: Command, context: CliContext): void {
  sourceCommand(program.command("verify"))
    .summary("hold tables, or a run, against source, files, log and catalog")
    .description(
      "Compares what the source holds with what the lake holds: rows, values by column and by cursor, the files with the log's statistics, the log with the catalog. What cannot be compared is told, and why. Reads; writes nothing. Exit code 5 where something differs, or equality is not proven.",
    )
    .argument("<pipeline>", "TypeScript file that exports the pipeline by default")
    .addOption(
      new Option("--dataset <name>", "verify this dataset only; repeatable").argParser(collect).default([], "all"),
    )
    .option("--run <id>", "verify what a run landed, as of the run's own moment, instead of the tables as they are now")
    .option("--deep", "read every byte and value of the files, and digest every row on both sides")
    .option("--all", "list the checks that passed, too")
    .option("--runs <dir>", "where the records of runs are", ".snowmelt/runs")
    .addHelpText(
      "after",
      examples([
        ["snowmelt verify pipelines/flights.ts", "all tables, by footers"],
        ["snowmelt verify pipelines/flights.ts --dataset flights --deep", "one table, every value"],
        ["snowmelt verify pipelines/flights.ts --run 20261123T121314567Z-1f2e3d4c", "what a run landed"],
      ]),
    )
    .action((file: string, options: VerifyOptions) => verifyCommand(file, options, context));
}

async function verifyCommand(file: string, options: VerifyOptions, context: CliContext): Promise<void> {
  const { terminal, config, cwd, signal } = context;
  const connection = connectionOverride(options.connection);
  const pipeline = await loadPipeline(file, cwd);
  const environment = chooseEnvironment(pipeline.platform, options.env);
  const { verifyTables, verifyRun, systemSecrets } = await context.loadEngine();
  const request: VerifyRequest = {
    environment,
    connection,
    secrets: systemSecrets(config.variables),
    ...(options.dataset.length > 0 ? { datasets: options.dataset } : {}),
    runsRoot: resolve(cwd, options.runs),
    lake: config.lake,
    deep: options.deep === true,
    signal,
  };
  const report = await (options.run === undefined
    ? verifyTables(pipeline, request)
    : verifyRun(pipeline, options.run, request));
  terminal.out(
    options.json
      ? `${JSON.stringify(report)}\n`
      : verifyText(report, { all: options.all === true, paint: terminal.paintOut }),
  );
  if (!report.passed) context.exitWith(exitCodes.data);
}
