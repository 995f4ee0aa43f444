import { join, relative, resolve } from "node:path";
import type { RunEvent, RunManifest } from "@snowmelt/pipeline";
import { resultLabel } from "@snowmelt/pipeline/report";
import { type Command, Option } from "commander";
import { parseBackfillRange } from "../backfill-range.ts";
import { chooseEnvironment } from "../choose-environment.ts";
import type { BackfillRequest, CliContext, RunRequest } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import { connectionOverride } from "../connection-override.ts";
import { exitCode } from "../exit-code.ts";
import { loadPipeline } from "../load-definition.ts";
import { loadExtensions } from "../load-extensions.ts";
import { failureText } from "../output/failure-text.ts";
import { runText } from "../output/run-text.ts";
import { openProgressDisplay, silentDisplay } from "../progress/progress-display.ts";
import { collect, examples, type SourceCommand, sourceCommand } from "./command-options.ts";

interface RunOptions extends SourceCommand {
  readonly dataset: readonly string[];
  readonly state: string;
  readonly runs: string;
  readonly refresh?: true;
  readonly backfill?: string;
  readonly slices?: string;
  readonly every?: string;
  readonly backfillId?: string;
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
    .option(
      "--refresh",
      "read everything anew and let it take the place of the tables' rows; later runs go on from there",
    )
    .option(
      "--backfill <from..to>",
      "read a range of the past again and merge it: moments without the last, or numbers with it",
    )
    .option("--slices <n>", "cut the backfill into so many slices")
    .option("--every <length>", "cut the backfill at every such length: 1d, 12h, 30m")
    .option("--backfill-id <id>", "name of the backfill; repeated, it lands the slices that are missing")
    .option("--state <dir>", "where the state of runs is kept", ".snowmelt/state")
    .option("--runs <dir>", "where the records of runs are written", ".snowmelt/runs")
    .addHelpText(
      "after",
      examples([
        ["snowmelt run pipelines/flights.ts", "everything that is new"],
        ["snowmelt run pipelines/flights.ts --dataset flights", "one dataset"],
        ["snowmelt run pipelines/flights.ts --env prod --json > manifest.json", "for a machine"],
        ["snowmelt run pipelines/flights.ts --refresh", "everything anew"],
        ["snowmelt run pipelines/flights.ts --backfill 2026-01-01..2026-02-01 --every 1d", "January again"],
      ]),
    )
    .action((file: string, options: RunOptions) => runCommand(file, options, context));
}

async function runCommand(file: string, options: RunOptions, context: CliContext): Promise<void> {
  const { terminal, config, cwd, signal } = context;
  const connection = connectionOverride(options.connection);
  const pipeline = await loadPipeline(file, cwd);
  const extensions = await loadExtensions(file, cwd);
  const environment = chooseEnvironment(pipeline.platform, options.env);
  const order = runOrder(options);
  const { runPipeline, runBackfill, systemSecrets } = await context.loadEngine();
  const runsRoot = resolve(cwd, options.runs);
  const manifest = await withDisplay(context, options, (onEvent) => {
    const request = {
      environment,
      extensions,
      connection,
      secrets: systemSecrets(config.variables),
      stateRoot: resolve(cwd, options.state),
      lake: config.lake,
      runsRoot,
      signal,
      onEvent,
    };
    return order.kind === "backfill"
      ? runBackfill(pipeline, { ...request, ...order.backfill })
      : runPipeline(pipeline, { ...request, ...order.run });
  });
  if (options.json) terminal.out(`${JSON.stringify(manifest)}\n`);
  else tell(manifest, relative(cwd, join(runsRoot, manifest.runId)), context, options.verbose === true);
  const failed = manifest.datasets.find(({ failure }) => failure !== null);
  const { recordFailure } = manifest;
  if (recordFailure) {
    const { columns, paintErr: paint } = terminal;
    const verbose = options.verbose === true;
    terminal.err(`\n${failureText({ ...recordFailure, causes: [] }, { columns: columns(), paint, verbose })}`);
  }
  const stale = manifest.datasets.find(({ catalog }) => catalog?.failure)?.catalog?.failure;
  if (manifest.status === "failed") context.exitWith(exitCode(failed?.failure?.category ?? "internal"));
  else if (stale) context.exitWith(exitCode(stale.category));
  else if (recordFailure) context.exitWith(exitCode(recordFailure.category));
}

type RunOrder =
  | { readonly kind: "run"; readonly run: Pick<RunRequest, "datasets" | "refresh"> }
  | { readonly kind: "backfill"; readonly backfill: Pick<BackfillRequest, "dataset" | "range" | "backfillId"> };

function runOrder(options: RunOptions): RunOrder {
  const { dataset: datasets, refresh, backfill, slices, every, backfillId } = options;
  if (backfill === undefined) {
    const stray = Object.entries({ slices, every, "backfill-id": backfillId }).find(([, value]) => value !== undefined);
    if (stray) throw cliError("USAGE", `--${stray[0]} goes with --backfill <from..to>.`);
    return {
      kind: "run",
      run: { ...(datasets.length > 0 ? { datasets } : {}), ...(refresh ? { refresh } : {}) },
    };
  }
  if (refresh) throw cliError("USAGE", "--refresh reads everything and --backfill a part: give one of them.");
  const [dataset, second] = datasets;
  if (second !== undefined) throw cliError("USAGE", "--backfill takes one --dataset.");
  const range = parseBackfillRange({
    backfill,
    ...(slices === undefined ? {} : { slices }),
    ...(every === undefined ? {} : { every }),
  });
  return {
    kind: "backfill",
    backfill: {
      range,
      ...(dataset === undefined ? {} : { dataset }),
      ...(backfillId === undefined ? {} : { backfillId }),
    },
  };
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
  for (const result of manifest.datasets) {
    const { catalog } = result;
    const failure = result.failure ?? catalog?.failure ?? null;
    if (failure === null || failure.category === "aborted") continue;
    const message = `${resultLabel(result)}: ${failure.message}`;
    err(`\n${failureText({ ...failure, message, causes: [] }, { columns: columns(), paint, verbose })}`);
  }
}
