import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { eraseJson, eraseText } from "../output/erase-text.ts";
import { type EveryCommand, everyCommand, examples } from "./command-options.ts";
import { namedValue, openDeltaTableOf, tableArgument } from "./table-options.ts";

interface EraseOptions extends EveryCommand {
  readonly key: Readonly<Record<string, string>>;
  readonly keepOlderVersions?: true;
  readonly purgeNoncurrent?: true;
  readonly record: boolean;
  readonly yes?: true;
}

export function addEraseCommand(program: Command, context: CliContext): void {
  everyCommand(program.command("erase"))
    .summary("take rows out of a table for good, and prove them gone")
    .description(
      "Writes the files that hold the rows anew without them, deletes the old ones at once, lists what still holds them (quarantine, older object versions, log statistics, files of runs under way), and reads the table again. Delete the rows at the source first, and stop backfills: a window that reads them brings them back. Without --yes nothing is changed.",
    )
    .argument(...tableArgument)
    .addOption(
      new Option("--key <name=value>", "column and value that the rows have; repeatable, all have to agree")
        .argParser(namedValue)
        .default({}, "none"),
    )
    .option("--keep-older-versions", "list removed files that hold the rows instead of deleting them")
    .option("--purge-noncurrent", "also delete the bucket's older versions of files that held the rows")
    .option(
      "--no-record",
      "keep no digest of the keys in the log; verify then takes a row that is still at the source for lost",
    )
    .option("--yes", "do it")
    .addHelpText(
      "after",
      examples([
        ["snowmelt erase lake/raw/customers --key ID=42", "what it would do"],
        ["snowmelt erase lake/raw/customers --key ID=42 --yes", "do it"],
      ]),
    )
    .action((address: string, options: EraseOptions) => eraseCommand(address, options, context));
}

async function eraseCommand(address: string, options: EraseOptions, context: CliContext): Promise<void> {
  const { terminal, signal } = context;
  const { key, keepOlderVersions, purgeNoncurrent, record, yes, json } = options;
  if (Object.keys(key).length === 0) {
    throw cliError("USAGE", "Say which rows to erase: --key ID=42. See snowmelt erase --help.");
  }
  const { lake, table, quarantine, versions } = await openDeltaTableOf(address, context);
  const report = await lake.eraseRows(table, {
    keys: [key],
    olderVersions: keepOlderVersions ? "list" : "delete",
    noncurrent: purgeNoncurrent ? "delete" : "list",
    quarantine,
    versions,
    record,
    dryRun: yes !== true,
    signal,
  });
  terminal.out(json ? eraseJson(report) : eraseText(report, terminal.paintOut));
  if ("reason" in report || report.status === "stillThere") context.exitWith(exitCode("conflict"));
}
