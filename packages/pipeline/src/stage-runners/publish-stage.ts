import { stageNames } from "@snowmelt/core/engine";
import { z } from "zod";
import type { StageRunner, StartCommand } from "../engine/index.ts";
import { DatasetResult } from "../manifest.ts";
import { resultLabel } from "../result-label.ts";
import { emptyResult, measure, resultOf } from "../run/dataset-record.ts";
import type { StageNotes } from "../run/stage-record.ts";
import { notePublished } from "../state/published.ts";
import { found } from "./attempt-work.ts";
import { datasetStage } from "./dataset-stage.ts";
import { NotesOfStage } from "./hand-over.ts";
import type { OpenStage, StageTask } from "./stage-task.ts";
import { transformOf } from "./transform-work.ts";

const Outcome = z.enum(["committed", "empty", "unchanged", "alreadyCommitted"]);

/**
 * Brings together what the stages noted, as the dataset's entry of the run's manifest: `entries/<runId>/<task>.json` among the
 * state, and its metrics. A transform has told all of itself in its result.
 */
export function publishStage(open: OpenStage): StageRunner {
  const ofDataset = datasetStage(open, async (task, command) => {
    const { context, objects } = task;
    const outcome = outcomeOf(command);
    const own = { ...resultOf(emptyResult(context, task.name, task.purpose), await notesOf(task, command)), outcome };
    const entry = `entries/${context.runId}/${command.task}.json`;
    const kept = await objects.keep(entry, DatasetResult, { ...own, failure: null }, context);
    const { durationMs, bytesWritten, deltaVersion, counts } = kept;
    context.emit({ kind: "datasetFinished", dataset: resultLabel(kept), outcome, durationMs, bytesWritten });
    measure(context, kept);
    if (task.purpose.kind !== "slice") await noteFresh(task);
    return { result: { entry, outcome, deltaVersion, ...counts, bytesWritten } };
  });
  return {
    async start(command, call) {
      const transform = transformOf(command);
      if (!transform) return ofDataset.start(command, call);
      return { kind: "succeeded", result: { transform: transform.transform, outcome: "succeeded" } };
    },
  };
}

/** A part of the past makes nothing fresh. */
async function noteFresh({ context, name: dataset }: StageTask): Promise<void> {
  const { environmentName: environment, definition, stateObjects, clock } = context;
  await notePublished(stateObjects, { environment, pipeline: definition.name, dataset }, clock.nowMs());
}

/** Of the stage that came to it: a commit, a landing of nothing, or an extraction that was not needed. */
function outcomeOf({ results }: StartCommand): z.infer<typeof Outcome> {
  for (const stage of ["commit", "land", "extract"] as const) {
    const parsed = Outcome.safeParse(results[stage]?.outcome);
    if (parsed.success) return parsed.data;
  }
  return "unchanged";
}

async function notesOf({ objects, name, context }: StageTask, { results }: StartCommand): Promise<StageNotes[]> {
  const notes: StageNotes[] = [];
  for (const stage of stageNames) {
    const key = results[stage]?.notes;
    if (typeof key !== "string") continue;
    notes.push(...found(await objects.find(key, NotesOfStage, context), name).notes);
  }
  return notes;
}
