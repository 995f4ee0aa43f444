import { userInfo } from "node:os";
import { type Command, Option } from "commander";

/** Options that every command takes. */
export interface EveryCommand {
  readonly json?: true;
  readonly verbose?: true;
}

/** Options of the commands that reach a source. */
export interface SourceCommand extends EveryCommand {
  readonly env?: string;
  readonly connection: readonly string[];
}

export function everyCommand(command: Command): Command {
  return command
    .option("--json", "print exactly one JSON document, and nothing else, to standard output")
    .option("--verbose", "show what an error came from");
}

export function sourceCommand(command: Command): Command {
  return everyCommand(command)
    .option("--env <name>", "environment of the platform; may be left out where there is only one")
    .addOption(
      new Option(
        "--connection <name=value>",
        "connect with this instead of what the platform says (host, port, user, role, …); repeatable",
      )
        .argParser(collect)
        .default([], "none"),
    );
}

/** An option that may be given several times. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** Help text with examples, as it follows the options. */
export function examples(lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const text = lines.map(([command, what]) => `  $ ${command.padEnd(width)}  # ${what}`);
  return `\nExamples:\n${text.join("\n")}\n`;
}

/** Of the commands that say in an audit trail who wanted something. */
export interface ByCommand {
  readonly by?: string;
}

export const byCommand = (command: Command): Command =>
  command.option("--by <who>", "who wants it, for the audit trail (default: the user)");

export const whoWants = ({ by }: ByCommand): string => by ?? userInfo().username;
