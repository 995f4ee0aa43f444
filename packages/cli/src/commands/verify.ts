import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Verification } from "@snowmelt/pipeline";
import { type Command, Option } from "commander";
import { chooseEnvironment } from "../choose-environment.ts";
import type { CliContext, VerifyRequest } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
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
      "Compares what the source holds with what the lake holds: rows, values by column and by cursor, the files with the log's statistics, the log with the catalog. A table's address alone, which names no source, has its log, files, footers and statistics compared. What cannot be compared is told, and why. Reads; writes nothing. Exit code 5 where something differs, or equality is not proven.",
    )
    .argument(
      "<pipeline|table>",
      "TypeScript file that exports the pipeline by default; or a table: a folder, file://… or s3://bucket/prefix",
    )
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
        ["snowmelt verify lake/raw/flights", "a table by itself: its source is not asked"],
        ["snowmelt verify s3://acme-lake/raw/flights --deep --json", "one in a bucket, every value"],
      ]),
    )
    .action((target: string, options: VerifyOptions) => verifyCommand(target, options, context));
}

async function verifyCommand(target: string, options: VerifyOptions, context: CliContext): Promise<void> {
  const { terminal } = context;
  const isTable = isTableAddress(target, context.cwd);
  const report = await (isTable ? verifyAddress(target, options, context) : verifyPipeline(target, options, context));
  terminal.out(
    options.json
      ? `${JSON.stringify(report)}\n`
      : verifyText(report, { all: options.all === true, paint: terminal.paintOut }),
  );
  if (!report.passed) context.exitWith(exitCodes.data);
}

/** A pipeline is a file of code; whatever else there is, is a table. */
function isTableAddress(target: string, cwd: string): boolean {
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(target)) return true;
  if (/\.[cm]?[jt]s$/.test(target) && !isFolder(resolve(cwd, target))) return false;
  if (existsSync(resolve(cwd, target))) return isFolder(resolve(cwd, target));
  throw cliError(
    "USAGE",
    `There is no ${target} (looked for ${resolve(cwd, target)}). Expected a pipeline file such as pipelines/flights.ts, or a table: its folder, file://… or s3://bucket/prefix.`,
  );
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

async function verifyAddress(address: string, options: VerifyOptions, context: CliContext): Promise<Verification> {
  const { config, cwd, signal } = context;
  const needsDefinition = [
    options.dataset.length > 0 && "--dataset",
    options.run !== undefined && "--run",
    options.env !== undefined && "--env",
    options.connection.length > 0 && "--connection",
  ].find((name) => name !== false);
  if (needsDefinition !== undefined) {
    throw cliError(
      "USAGE",
      `${needsDefinition} goes with a pipeline file, and ${address} is a table. Name the pipeline that lands it to have its source asked, or leave ${needsDefinition} out.`,
    );
  }
  const { verifyTable } = await context.loadEngine();
  return verifyTable(address, {
    baseDirectory: cwd,
    runsRoot: resolve(cwd, options.runs),
    lake: config.lake,
    deep: options.deep === true,
    signal,
  });
}

async function verifyPipeline(file: string, options: VerifyOptions, context: CliContext): Promise<Verification> {
  const { config, cwd, signal } = context;
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
  return options.run === undefined ? verifyTables(pipeline, request) : verifyRun(pipeline, options.run, request);
}
