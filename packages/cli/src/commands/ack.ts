import { randomUUID } from "node:crypto";
import type { IncidentState } from "@snowmelt/core/engine";
import type { Command } from "commander";
import { acknowledge } from "../acknowledge.ts";
import type { CliContext } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import { incidentsJson, incidentsText } from "../output/incidents-text.ts";
import { type OpenedRuns, openRuns } from "../run-stores.ts";
import { type ByCommand, byCommand, type EveryCommand, everyCommand, examples, whoWants } from "./command-options.ts";

interface AckOptions extends EveryCommand, ByCommand {
  readonly table: string;
  readonly stateRoot?: string;
  readonly resolve?: true;
}

export function addAckCommand(program: Command, context: CliContext): void {
  byCommand(everyCommand(program.command("ack")))
    .summary("list open alerts, or say that one is looked after")
    .description(
      "Without a key it lists the alerts that are open. With one it says that somebody looks after it: nobody further is told for as long as the definition says, and who was told hears of it. --resolve ends it.",
    )
    .argument("[key]", "of the alert, as it is listed and as its messages have it")
    .requiredOption("--table <name>", "of the deployment: its DynamoDB table")
    .option(
      "--state-root <address>",
      "of the deployment, where its definitions are: s3://bucket/prefix; goes with a key",
    )
    .option("--resolve", "it is over")
    .addHelpText(
      "after",
      examples([
        ["snowmelt ack --table snowmelt-prod", "what is open"],
        ["snowmelt ack prod/flights/flights --table snowmelt-prod --state-root s3://acme-state", "I look after it"],
      ]),
    )
    .action((key: string | undefined, options: AckOptions) => ackCommand(key, options, context));
}

async function ackCommand(key: string | undefined, options: AckOptions, context: CliContext): Promise<void> {
  const { terminal } = context;
  await using opened = await openRuns({ table: options.table }, context);
  if (key === undefined) {
    const open: IncidentState[] = [];
    for await (const { value } of opened.stores.incidents.list()) if (value.status !== "resolved") open.push(value);
    terminal.out(options.json ? incidentsJson(open) : incidentsText(open, terminal.paintOut));
    return;
  }
  await checkOpen(key, opened);
  if (options.stateRoot === undefined) {
    throw cliError(
      "USAGE",
      "Who is told of it is in the deployment's definitions: say where they are by --state-root.",
    );
  }
  const by = whoWants(options);
  const type = options.resolve ? "resolved" : "acknowledged";
  const event = { id: randomUUID(), type, atMs: Date.now(), by } as const;
  const { stateRoot } = options;
  const state = await acknowledge(opened.stores, key, event, { stateRoot, endpoint: context.config.lake.s3Endpoint });
  terminal.out(
    options.json
      ? `${JSON.stringify(state)}\n`
      : `${key}: ${state.status} by ${by}. Who was told of it hears that within three minutes.\n`,
  );
}

async function checkOpen(key: string, { stores, where }: OpenedRuns): Promise<void> {
  const found = await stores.incidents.read(key);
  if (!found)
    throw cliError("ALERT_NOT_OPEN", `There is no alert ${key} in ${where}; \`snowmelt ack\` lists the open ones.`);
  if (found.value.status === "resolved") throw cliError("ALERT_NOT_OPEN", `The alert ${key} is over already.`);
}
