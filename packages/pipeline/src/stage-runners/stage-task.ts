import { type JsonRecord, TaskWork } from "@snowmelt/core/engine";
import type { ObserveCommand, StageCall, StageReply, StartCommand, StopCommand } from "../engine/index.ts";
import { pipelineError } from "../pipeline-error.ts";
import { laneOf } from "../plan/lane.ts";
import type { Purpose } from "../plan/purpose.ts";
import { resultLabel } from "../result-label.ts";
import { emptyResult } from "../run/dataset-record.ts";
import type { RunContext } from "../run/run-context.ts";
import { type CollectingRecord, openStageRecord } from "../run/stage-record.ts";
import { openStageObjects, type StageObjects } from "../state/stage-objects.ts";
import { NotesOfStage } from "./hand-over.ts";
import { stageFailure } from "./stage-failure.ts";

/** Opens what a stage works with, for one call of it: the definition the run began with, its lake, its state, a session. */
export type OpenStage = (call: StageCall) => Promise<OpenedStage>;
export interface OpenedStage extends AsyncDisposable {
  readonly context: RunContext;
  /** Strikes out every secret that was handed out for the call. */
  readonly redact: (text: string) => string;
}

/** One call of a stage of a dataset's task. */
export interface StageTask {
  readonly context: RunContext;
  readonly name: string;
  readonly purpose: Purpose;
  readonly lane: string;
  readonly record: CollectingRecord;
  readonly objects: StageObjects;
  readonly deadlineAtMs: number;
  readonly redact: OpenedStage["redact"];
}

type Command = StartCommand | ObserveCommand | StopCommand;

/** Whether a command is about a dataset, and which. PLAN_REFUSED for work of another kind. */
export function datasetWork({ work, stage, task }: Command): Extract<TaskWork, { readonly kind: "dataset" }> {
  const parsed = TaskWork.safeParse(work);
  if (parsed.success && parsed.data.kind === "dataset") return parsed.data;
  throw pipelineError("PLAN_REFUSED", `${stage} of ${task} is not about a dataset, and lands nothing.`);
}

/** Does the work of a call with all that it needs, opened for it and closed behind it. */
export async function withTask<T>(
  open: OpenStage,
  { command, call }: { readonly command: Command; readonly call: StageCall },
  work: (task: StageTask) => Promise<T>,
): Promise<T> {
  const { dataset: name, purpose } = datasetWork(command);
  await using opened = await open(call);
  const { context } = opened;
  const { definition, environmentName: environment, stateObjects } = context;
  return work({
    context,
    name,
    purpose,
    lane: laneOf({ environment, pipeline: definition.name, dataset: name }, purpose),
    record: openStageRecord(context, resultLabel(emptyResult(context, name, purpose))),
    objects: openStageObjects(stateObjects),
    deadlineAtMs: call.deadlineAtMs,
    redact: opened.redact,
  });
}

/** What a stage throws is its reply. `noteTask` says what the work is about, once that is known. */
export async function orFailure(
  run: (noteTask: (task: StageTask) => void) => Promise<StageReply>,
): Promise<StageReply> {
  let task: StageTask | undefined;
  try {
    return await run((opened) => {
      task = opened;
    });
  } catch (error) {
    const failure = stageFailure(error, task?.record.current() ?? null);
    return { kind: "failed", failure: { ...failure, message: task?.redact(failure.message) ?? failure.message } };
  }
}

export const notesKey = (key: string): string => `stages/${key}/notes.json`;

/** Keeps what a stage noted, and succeeds with where it lies. */
export async function succeed(
  { objects, record }: Pick<StageTask, "objects" | "record">,
  key: string,
  { result, goTo }: { readonly result: JsonRecord; readonly goTo?: string },
): Promise<StageReply> {
  const notes = notesKey(key);
  await objects.keep(notes, NotesOfStage, { notes: [record.notes()] });
  return { kind: "succeeded", result: { ...result, notes }, ...(goTo === undefined ? {} : { goTo }) };
}
