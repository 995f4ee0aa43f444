import { setTimeout as delay } from "node:timers/promises";
import { hasEnded, RunStatus } from "@snowmelt/core/engine";
import type { AuditEntry, RunStore, StoredRun } from "@snowmelt/pipeline/engine";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { auditLine, runJson, runListJson, runListText, runText } from "../output/runs-text.ts";
import { openRuns } from "../run-stores.ts";
import { examples } from "./command-options.ts";
import { type RunPlaceOptions, runPlaceCommand } from "./run-place-options.ts";
import { wholeNumber } from "./table-options.ts";

interface RunsOptions extends RunPlaceOptions {
  readonly env?: string;
  readonly pipeline?: string;
  readonly status: readonly RunStatus[];
  readonly limit: number;
  readonly watch?: true;
}

export function addRunsCommand(program: Command, context: CliContext): void {
  runPlaceCommand(program.command("runs"))
    .summary("list runs, show one, watch one")
    .description(
      "Lists runs, the newest first. With an id it shows that run: its tasks, what they wait for or failed by, and what happened, in order. --watch follows a run until it has ended.",
    )
    .argument("[run]", "id of a run")
    .option("--env <name>", "runs of this environment alone")
    .option("--pipeline <name>", "runs of this pipeline alone")
    .addOption(new Option("--status <status>", "runs of this status alone; repeatable").argParser(statusOf).default([]))
    .addOption(new Option("--limit <number>", "runs listed").argParser(wholeNumber).default(20))
    .option("--watch", "follow the run, or the newest of the list, until it has ended")
    .addHelpText(
      "after",
      examples([
        ["snowmelt runs", "of programs of this machine"],
        ["snowmelt runs --table snowmelt-prod --status failed", "of a deployment, what failed"],
        ["snowmelt runs flights.8a7a47b48a3c --watch", "one, live"],
      ]),
    )
    .action((run: string | undefined, options: RunsOptions) => runsCommand(run, options, context));
}

function statusOf(value: string, previous: readonly RunStatus[]): readonly RunStatus[] {
  const parsed = RunStatus.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError(`Expected one of ${RunStatus.options.join(", ")}.`);
  return [...previous, parsed.data];
}

async function runsCommand(run: string | undefined, options: RunsOptions, context: CliContext): Promise<void> {
  const { terminal } = context;
  await using opened = await openRuns(options, context);
  const { runs } = opened.stores;
  if (run === undefined && options.watch === undefined) {
    const found = await listRuns(runs, options);
    terminal.out(options.json ? runListJson(found) : runListText(found, opened.where, terminal.paintOut));
    return;
  }
  const runId = run ?? (await listRuns(runs, { ...options, limit: 1 }))[0]?.runId;
  if (runId === undefined) throw cliError("RUN_NOT_FOUND", `There is no run in ${opened.where}.`);
  if (options.watch && options.json !== true) await watchRun(runs, runId, opened.where, context);
  else {
    const found = await readRun(runs, runId, opened.where);
    const audit: AuditEntry[] = [];
    for await (const entry of runs.audit(runId)) audit.push(entry);
    terminal.out(options.json ? runJson(found, audit) : runText(found, audit, terminal.paintOut));
  }
}

async function listRuns(runs: RunStore, { env, pipeline, status, limit }: RunsOptions) {
  const found = [];
  const filter = { environment: env, pipeline, ...(status.length > 0 ? { status } : {}) };
  for await (const state of runs.list(filter)) {
    if (found.length >= limit) break;
    found.push(state);
  }
  return found;
}

export async function readRun(runs: Pick<RunStore, "read">, runId: string, where: string): Promise<StoredRun> {
  const found = await runs.read(runId);
  if (found) return found;
  throw cliError(
    "RUN_NOT_FOUND",
    `There is no run ${runId} in ${where}; \`snowmelt runs\` lists those that there are.`,
  );
}

const lookEveryMs = 1000;

/** A line for each thing that happens, then the run as it ended. */
async function watchRun(runs: RunStore, runId: string, where: string, { terminal, signal, exitWith }: CliContext) {
  let told = 0;
  for (;;) {
    const found = await readRun(runs, runId, where);
    if (found.state.version > told) {
      for await (const entry of runs.audit(runId)) {
        if (entry.version <= told) continue;
        told = entry.version;
        terminal.out(auditLine(entry, terminal.paintOut));
      }
    }
    if (hasEnded(found.state) && told >= found.state.version) {
      terminal.out(`\n${runText(found, [], terminal.paintOut)}`);
      if (found.state.status !== "succeeded") exitWith(exitCode("data"));
      return;
    }
    await delay(lookEveryMs, undefined, { signal });
  }
}
