import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { exitCode } from "../exit-code.ts";
import { compactText } from "../output/compact-text.ts";
import { type EveryCommand, everyCommand, examples } from "./command-options.ts";
import { namedValue, openDeltaTableOf, sizeText, tableArgument } from "./table-options.ts";

interface CompactOptions extends EveryCommand {
  readonly target?: number;
  readonly partition: Readonly<Record<string, string>>;
  readonly dryRun?: true;
}

export function addCompactCommand(program: Command, context: CliContext): void {
  everyCommand(program.command("compact"))
    .summary("put a table's small files together")
    .description(
      "Writes the small files of each partition as larger ones and commits them in their place. No row changes; runs may land at the same time.",
    )
    .argument(...tableArgument)
    .addOption(new Option("--target <size>", "size of a file, at most (134.2 MB)").argParser(sizeText))
    .addOption(
      new Option("--partition <name=value>", "this partition only; several names narrow it down")
        .argParser(namedValue)
        .default({}, "all"),
    )
    .option("--dry-run", "say what would be put together, and write nothing")
    .addHelpText("after", examples([["snowmelt compact lake/raw/flights --dry-run", "what there is to do"]]))
    .action((address: string, options: CompactOptions) => compactCommand(address, options, context));
}

async function compactCommand(address: string, options: CompactOptions, context: CliContext): Promise<void> {
  const { terminal, signal } = context;
  const { target, partition, dryRun = false, json } = options;
  const { lake, table } = await openDeltaTableOf(address, context);
  const report = await lake.compactTable(table, {
    ...(target === undefined ? {} : { targetFileBytes: target }),
    ...(Object.keys(partition).length > 0 ? { partitions: [partition] } : {}),
    dryRun,
    signal,
  });
  const { groups, commits, conflicts } = report;
  const files = groups.reduce((sum, group) => sum + group.files.length, 0);
  if (json) terminal.out(`${JSON.stringify({ dryRun, files, groups: groups.length, commits, conflicts })}\n`);
  else terminal.out(compactText(report, { dryRun }));
  if (commits.length === 0 && conflicts.length > 0) context.exitWith(exitCode("conflict"));
}
