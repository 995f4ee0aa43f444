import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { sweepText } from "../output/sweep-text.ts";
import { vacuumText } from "../output/vacuum-text.ts";
import { collect, type EveryCommand, everyCommand, examples } from "./command-options.ts";
import { durationText, isPlain, openTableOf, tableArgument } from "./table-options.ts";

interface VacuumOptions extends EveryCommand {
  readonly retain?: number;
  readonly acceptShortRetention?: true;
  readonly terminalAttempt: readonly string[];
  readonly dryRun?: true;
}

export function addVacuumCommand(program: Command, context: CliContext): void {
  everyCommand(program.command("vacuum"))
    .summary("delete a table's removed files that are past retention")
    .description(
      "Deletes files that were removed from the table and that no retained version names. Files that the log does not name stay, for a run under way may have written them, unless their attempt is named as over, or they are older than the retention and than the oldest entry of a log that was cleaned. Of a plain Parquet table versions that were replaced go too, with their files.",
    )
    .argument(...tableArgument)
    .addOption(
      new Option("--retain <duration>", "how long a removed file stays (what the table says, or 7 days)").argParser(
        durationText,
      ),
    )
    .option("--accept-short-retention", "needed to retain less than the table says")
    .addOption(
      new Option("--terminal-attempt <id>", "an attempt that will never commit again; repeatable")
        .argParser(collect)
        .default([], "none"),
    )
    .option("--dry-run", "say what would be deleted, and delete nothing")
    .addHelpText("after", examples([["snowmelt vacuum lake/raw/flights --dry-run", "what would go"]]))
    .action((address: string, options: VacuumOptions) => vacuumCommand(address, options, context));
}

async function vacuumCommand(address: string, options: VacuumOptions, context: CliContext): Promise<void> {
  const { terminal, signal } = context;
  const { retain, acceptShortRetention, terminalAttempt, dryRun = false, json } = options;
  const { lake, table } = await openTableOf(address, context);
  const request = {
    ...(retain === undefined ? {} : { retentionMs: retain }),
    ...(acceptShortRetention ? { acceptShortRetention } : {}),
    terminalAttempts: terminalAttempt,
    dryRun,
    signal,
  };
  if (isPlain(table)) {
    const plan = await lake.sweepPlainTable(table, request);
    terminal.out(json ? `${JSON.stringify({ dryRun, ...plan })}\n` : sweepText(plan, { dryRun }));
    return;
  }
  const report = await lake.vacuumTable(table, request);
  terminal.out(json ? `${JSON.stringify({ dryRun, ...report })}\n` : vacuumText(report, { dryRun }));
}
