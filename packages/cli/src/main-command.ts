import { type Command, CommanderError } from "commander";
import { abortOnSignal } from "./abort-on-signal.ts";
import type { CliContext } from "./cli-context.ts";
import { cliError } from "./cli-error.ts";
import { readConfig } from "./config.ts";
import { exitCode, exitCodes } from "./exit-code.ts";
import { toFailure } from "./failure.ts";
import { openLakeEngine } from "./lake-engine.ts";
import { loadPeer } from "./load-peer.ts";
import { failureJson, failureText } from "./output/failure-text.ts";
import { buildProgram } from "./program.ts";
import { openSchemaReader } from "./schema-reader.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/**
 * Runs the command line (without the program's name) and resolves to the exit code: 0, or that of the failure's category.
 * Never rejects. Ctrl-C aborts what runs, and the command says what becomes of it; a second one leaves at once.
 */
export async function main(argv: readonly string[], overrides: Partial<CliContext> = {}): Promise<number> {
  const config = overrides.config ?? readConfig();
  const terminal = overrides.terminal ?? openTerminal(process, config);
  using interruption = abortOnSignal(() => process.exit(exitCodes.aborted));
  let code = 0;
  const context: CliContext = {
    terminal,
    config,
    cwd: process.cwd(),
    signal: interruption.signal,
    loadEngine: () => import("@snowmelt/pipeline"),
    loadSchemaReader: () => openSchemaReader(config),
    loadLake: () => openLakeEngine(config),
    loadLocal: () => loadPeer("@snowmelt/local", () => import("@snowmelt/local")),
    exitWith: (ended) => {
      code = ended;
    },
    ...overrides,
  };
  const program = buildProgram(context);
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return fail(error instanceof CommanderError ? usageError(error, program) : error, argv, terminal);
  }
}

function fail(error: unknown, argv: readonly string[], terminal: Terminal): number {
  const failure = toFailure(error);
  const { out, err, columns, paintErr: paint } = terminal;
  if (argv.includes("--json")) out(failureJson(failure));
  else err(failureText(failure, { columns: columns(), paint, verbose: argv.includes("--verbose") }));
  return exitCode(failure.category);
}

/** Commander's `error: missing required argument 'pipeline'` as one of ours, with where help is. */
function usageError({ message }: CommanderError, program: Command): unknown {
  const command = program.commands.map((known) => known.name()).find((name) => name === program.args[0]);
  const help = `See snowmelt ${command === undefined ? "" : `${command} `}--help.`;
  const what = message
    .replace(/^error: /, "")
    .replace(/\.?$/, ".")
    .replace(/\n/g, " ");
  return cliError("USAGE", `${what.charAt(0).toUpperCase()}${what.slice(1)} ${help}`);
}
