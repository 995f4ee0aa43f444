import { hasEnded, type RunEvent, type RunStatus } from "@snowmelt/core/engine";
import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { cliError } from "../cli-error.ts";
import { type OpenedRuns, openRuns } from "../run-stores.ts";
import { type ByCommand, byCommand, examples, whoWants } from "./command-options.ts";
import { type RunPlaceOptions, runPlaceCommand } from "./run-place-options.ts";
import { readRun } from "./runs.ts";

interface ChangeOptions extends RunPlaceOptions, ByCommand {}

interface Change {
  readonly name: "retry" | "cancel" | "pause" | "resume";
  readonly event: "retried" | "cancelled" | "paused" | "resumed";
  readonly summary: string;
  readonly description: string;
}

const changes: readonly Change[] = [
  {
    name: "retry",
    event: "retried",
    summary: "have what failed in a run tried again",
    description:
      "Tries again, in a new round, what failed, was cancelled, or was skipped for its sake; what succeeded stays. A run of this machine is gone on with by `snowmelt run`, which lands what is left.",
  },
  {
    name: "cancel",
    event: "cancelled",
    summary: "end a run",
    description: "Ends a run: what is under way is stopped, a commit is waited for, and nothing half-done is visible.",
  },
  {
    name: "pause",
    event: "paused",
    summary: "hold a run",
    description: "Holds a run: what is under way ends its stage, and nothing new begins until it is resumed.",
  },
  { name: "resume", event: "resumed", summary: "go on with a run that is held", description: "Goes on with a run." },
];

/** `retry`, `cancel`, `pause` and `resume`: each is one event of a run, stored with what is to be done about it. */
export function addRunChangeCommands(program: Command, context: CliContext): void {
  for (const change of changes) {
    byCommand(runPlaceCommand(program.command(change.name)))
      .summary(change.summary)
      .description(change.description)
      .argument("<run>", "id of the run, as `snowmelt runs` lists it")
      .addHelpText(
        "after",
        examples([[`snowmelt ${change.name} flights.8a7a47b48a3c --table snowmelt-prod`, "of a deployment"]]),
      )
      .action((run: string, options: ChangeOptions) => changeRun(change, run, options, context));
  }
}

async function changeRun(change: Change, runId: string, options: ChangeOptions, context: CliContext): Promise<void> {
  const { terminal } = context;
  await using opened = await openRuns(options, context);
  const { state } = await readRun(opened.stores.runs, runId, opened.where);
  refuseWhatNobodyDoes(change, state.status, opened);
  const { storeEvent } = await import("@snowmelt/pipeline/engine");
  const by = whoWants(options);
  const atMs = Date.now();
  const event: RunEvent = { id: `${change.event}/${by}/${atMs}`, type: change.event, runId, atMs, by };
  const outcome = await storeEvent(opened.stores.runs, event);
  if (outcome.kind === "refused") throw cliError("RUN_NOT_CHANGED", `${runId} was left as it is: ${outcome.message}`);
  if (outcome.kind === "ignored") {
    const why = outcome.note.replace(/^ignored: /, "");
    throw cliError("RUN_NOT_CHANGED", `${runId} was left as it is: ${why}.`);
  }
  const now = outcome.kind === "done" ? outcome.run.state.status : state.status;
  const who = opened.isDeployed ? "the functions of the deployment" : "the process of the run";
  terminal.out(
    options.json
      ? `${JSON.stringify({ runId, status: now, by })}\n`
      : `${runId}: ${change.event} by ${by}; it is ${now}. What follows is done by ${who}, within a minute.\n`,
  );
}

/** Of a folder the process of the run alone does something, and that is gone with its end. */
function refuseWhatNobodyDoes({ name }: Change, status: RunStatus, { isDeployed }: OpenedRuns): void {
  if (isDeployed || name !== "retry" || !hasEnded({ status })) return;
  throw cliError(
    "RUN_NOT_CHANGED",
    "A run of this machine has ended with its process: `snowmelt run` of its pipeline begins the next one, which lands what this one left.",
  );
}
