import type { Command } from "commander";
import { defaultState, type RunPlace } from "../run-stores.ts";
import { type EveryCommand, everyCommand } from "./command-options.ts";

/** Options of the commands that look at runs. */
export interface RunPlaceOptions extends EveryCommand, RunPlace {}

export function runPlaceCommand(command: Command): Command {
  return everyCommand(command)
    .option(
      "--state <folder>",
      `runs of this machine, in the run engine's stores in \`engine\` below (default: ${defaultState})`,
    )
    .option(
      "--table <name>",
      "runs of a deployment: its DynamoDB table; region and endpoint as AWS_REGION and AWS_ENDPOINT_URL say",
    );
}
