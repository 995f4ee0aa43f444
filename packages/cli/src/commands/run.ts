import { join, relative, resolve } from "node:path";
import type { RunEvent, RunManifest } from "@snowmelt/pipeline";
import { type Command, Option } from "commander";
import { chooseEnvironment } from "../choose-environment.ts";
import type { CliContext } from "../cli-context.ts";
import { connectionOverride } from "../connection-override.ts";
import { exitCode } from "../exit-code.ts";
import { loadPipeline } from "../load-definition.ts";
import { failureText } from "../output/failure-text.ts";
import { runText } from "../output/run-text.ts";
import { openProgressDisplay, silentDisplay } from "../progress/progress-display.ts";
import { collect, examples, type SourceCommand, sourceCommand } from "./command-options.ts";

interface RunOptions extends SourceCommand {
  readonly dataset: readonly string[];
  readonly state: string;
  readonly runs: string;
}

export function addRunCommand(program: Command, context: CliContext): void {
  sourceCommand(program.command("run"))
    .summary("land what is new at the source")
    .description(
      "Runs a pipeline: plan, extract, land, verify, check, commit. A run that fails leaves nothing visible; a run that is repeated changes nothing; one that was killed goes on where it was.",
    )
    .argument("<pipeline>", "TypeScript file that exports the pipeline by default")
    .addOption(
      new Option("--dataset <name>", "run this dataset only; repeatable").argParser(collect).default([], "all"),
    )
    .option("--state <dir>", "where the state of runs is kept", ".snowmelt/state")
    .option("--runs <dir>", "where the records of runs are written", ".snowmelt/runs")
    .addHelpText(
      "after",
      examples([
        ["snowmelt run pipelines/flights.ts", "everything that is new"],
        ["snowmelt run pipelines/flights.ts --dataset flights", "one dataset"],
        ["snowmelt run pipelines/flights.ts --env prod --json > manifest.json", "for a machine"],
      ]),
    )
    .action((file: string, options: RunOptions) => runCommand(file, options, context));
}

async function runCommand(file: string, options: RunOptions, context: CliContext): Promise<void> {
  const { terminal, config, cwd, signal } = context;
  const connection = connectionOverride(options.connection);
  const pipeline = await loadPipeline(file, cwd);
  const environment = chooseEnvironment(pipeline.platform, options.env);
  const { runPipeline, systemSecrets } = await context.loadEngine();
  const runsRoot = resolve(cwd, options.runs);
  const manifest = await withDisplay(context, options, (onEvent) =>
    runPipeline(pipeline, {
      environment,
      connection,
      secrets: systemSecrets(config.variables),
      ...(options.dataset.length > 0 ? { datasets: options.dataset } : {}),
      stateRoot: resolve(cwd, options.state),
      runsRoot,
      signal,
      onEvent,
    }),
  );
  if (options.json) terminal.out(`${JSON.stringify(manifest)}\n`);
  else tell(manifest, relative(cwd, join(runsRoot, manifest.runId)), context, options.verbose === true);
  const failed = manifest.datasets.find(({ failure }) => failure !== null);
  if (manifest.status === "failed") context.exitWith(exitCode(failed?.failure?.category ?? "internal"));
}

const stopping =
  "Stopping: the query at the source is cancelled, and nothing unfinished becomes visible. Ctrl-C again leaves at once.";

async function withDisplay(
  { terminal, signal }: CliContext,
  { json }: RunOptions,
  run: (onEvent: (event: RunEvent) => void) => Promise<RunManifest>,
): Promise<RunManifest> {
  using display = json ? silentDisplay : openProgressDisplay(terminal);
  signal.addEventListener("abort", () => display.say(stopping), { once: true });
  return await run((event) => display.show(event));
}

function tell(manifest: RunManifest, records: string, { terminal }: CliContext, verbose: boolean): void {
  const { out, err, paintOut, paintErr: paint, columns } = terminal;
  out(`\n${runText(manifest, paintOut)}Records: ${join(records, "report.html")}, manifest.json, events.jsonl\n`);
  for (const { dataset, failure } of manifest.datasets) {
    if (failure === null || failure.category === "aborted") continue;
    const message = `${dataset}: ${failure.message}`;
    err(`\n${failureText({ ...failure, message, causes: [] }, { columns: columns(), paint, verbose })}`);
  }
}
