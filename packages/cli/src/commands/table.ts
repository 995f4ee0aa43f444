import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import { plainTableText } from "../output/plain-table-text.ts";
import { tableText } from "../output/table-text.ts";
import { type EveryCommand, everyCommand, examples } from "./command-options.ts";
import {
  isPlain,
  moment,
  openTableOf,
  type PointOptions,
  pointOf,
  tableArgument,
  wholeNumber,
} from "./table-options.ts";

interface TableOptions extends EveryCommand, PointOptions {
  readonly history: number;
}

export function addTableCommand(program: Command, context: CliContext): void {
  everyCommand(program.command("table"))
    .summary("show what a table holds")
    .description(
      "Prints a table's schema, version, files, sizes, partitions and their skew, lanes and history; of a plain Parquet table also the runs whose files are live. Reads its log, or its manifests, alone.",
    )
    .argument(...tableArgument)
    .addOption(new Option("--version <number>", "as it was at this version").argParser(wholeNumber))
    .addOption(new Option("--as-of <moment>", "as it was at this moment").argParser(moment))
    .addOption(new Option("--history <number>", "commits listed").argParser(wholeNumber).default(10))
    .addHelpText(
      "after",
      examples([
        ["snowmelt table lake/raw/flights", "a folder"],
        ["snowmelt table s3://acme-lake/raw/flights --json", "a bucket, for a machine"],
      ]),
    )
    .action((address: string, options: TableOptions) => tableCommand(address, options, context));
}

async function tableCommand(address: string, options: TableOptions, context: CliContext): Promise<void> {
  const { terminal, signal } = context;
  const { lake, table } = await openTableOf(address, context);
  if (isPlain(table)) {
    if (options.asOf !== undefined)
      throw cliError(
        "USAGE",
        "--as-of goes with a Delta table; of a plain Parquet table name a --version: its history has the moments.",
      );
    const { version, history: historyEntries } = options;
    const found = await lake.describePlainTable(table, { version, historyEntries, signal });
    terminal.out(options.json ? `${JSON.stringify(found)}\n` : plainTableText(found, terminal.paintOut));
    return;
  }
  const described = await lake.describeTable(table, { ...pointOf(options), historyEntries: options.history, signal });
  terminal.out(options.json ? `${JSON.stringify(described)}\n` : tableText(described, terminal.paintOut));
}
