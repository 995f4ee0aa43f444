import { readFileSync } from "node:fs";
import { Command } from "commander";
import type { CliContext } from "./cli-context.ts";
import { addAckCommand } from "./commands/ack.ts";
import { addRunChangeCommands } from "./commands/change-run.ts";
import { addCompactCommand } from "./commands/compact.ts";
import { addDiscoverCommand } from "./commands/discover.ts";
import { addEraseCommand } from "./commands/erase.ts";
import { addLocalCommand } from "./commands/local.ts";
import { addPlanCommand } from "./commands/plan.ts";
import { addRestoreCommand } from "./commands/restore.ts";
import { addRunCommand } from "./commands/run.ts";
import { addRunsCommand } from "./commands/runs.ts";
import { addTableCommand } from "./commands/table.ts";
import { addTypegenCommand } from "./commands/typegen.ts";
import { addVacuumCommand } from "./commands/vacuum.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { exitCodes } from "./exit-code.ts";

const commands = [
  addPlanCommand,
  addRunCommand,
  addRunsCommand,
  addRunChangeCommands,
  addAckCommand,
  addVerifyCommand,
  addDiscoverCommand,
  addTableCommand,
  addCompactCommand,
  addVacuumCommand,
  addRestoreCommand,
  addEraseCommand,
  addLocalCommand,
  addTypegenCommand,
];

/** The whole command line. A command is one file of `commands/` and its place in the list above. */
export function buildProgram(context: CliContext): Command {
  const { terminal } = context;
  const program = new Command("snowmelt")
    .description("Exact, verified data from Snowflake to a Delta lake, from one typed definition.")
    .version(ownVersion())
    // A command may have a --version of its own.
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: () => {},
      getOutHelpWidth: terminal.columns,
      getErrHelpWidth: terminal.columns,
    })
    .addHelpText("after", `\nExit codes: 0 done, ${codesText()}.\n`);
  for (const add of commands) add(program, context);
  return program;
}

function codesText(): string {
  return Object.entries(exitCodes)
    .map(([category, code]) => `${code} ${category}`)
    .join(", ");
}

function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const named = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return named ? String(manifest.version) : "unknown";
}
