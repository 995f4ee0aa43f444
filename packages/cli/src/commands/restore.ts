import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { restoreJson, restoreText } from "../output/restore-text.ts";
import { type EveryCommand, everyCommand, examples } from "./command-options.ts";
import { moment, openDeltaTableOf, type PointOptions, pointOf, tableArgument, wholeNumber } from "./table-options.ts";

interface RestoreOptions extends EveryCommand, PointOptions {
  readonly yes?: true;
}

export function addRestoreCommand(program: Command, context: CliContext): void {
  everyCommand(program.command("restore"))
    .summary("make a table what it was at an earlier version")
    .description(
      "Commits the state of an earlier version anew; nothing is taken from the history. What came after it is read again from the source by the next run, which the command says. Without --yes nothing is written.",
    )
    .argument(...tableArgument)
    .addOption(new Option("--version <number>", "to this version").argParser(wholeNumber))
    .addOption(new Option("--as-of <moment>", "to the version of this moment").argParser(moment))
    .option("--yes", "do it")
    .addHelpText("after", examples([["snowmelt restore lake/raw/flights --version 12", "what it would do"]]))
    .action((address: string, options: RestoreOptions) => restoreCommand(address, options, context));
}

async function restoreCommand(address: string, options: RestoreOptions, context: CliContext): Promise<void> {
  const { terminal, signal } = context;
  if (options.version === undefined && options.asOf === undefined) {
    throw cliError("USAGE", "Say which state to restore: --version or --as-of. See snowmelt restore --help.");
  }
  const { lake, table } = await openDeltaTableOf(address, context);
  const outcome = await lake.restoreTable(table, { ...pointOf(options), dryRun: options.yes !== true, signal });
  terminal.out(options.json ? restoreJson(outcome) : restoreText(outcome));
  if (outcome.status === "conflict") context.exitWith(exitCode("conflict"));
}
