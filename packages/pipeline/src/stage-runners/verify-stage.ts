import type { StageRunner } from "../engine/index.ts";
import { stageVerified } from "../stages/stage-verified.ts";
import { inspectAttempt, readLanded, withAttempt } from "./attempt-work.ts";
import { datasetStage } from "./dataset-stage.ts";
import { Staged, toStaged } from "./hand-over.ts";
import type { OpenStage } from "./stage-task.ts";

/** Stages the write upon the table as it is now, and holds what was landed against the source and the store. */
export function verifyStage(open: OpenStage): StageRunner {
  return datasetStage(open, async (task, command) => {
    const { context, record, objects } = task;
    const landed = await readLanded(task, command);
    const { attempt } = landed;
    const inspected = await inspectAttempt(task, landed);
    return withAttempt(task, { attempt, inspected }, async () => {
      const { snapshot } = inspected;
      const write = await stageVerified(context, inspected, { landed, record, snapshot });
      const staged = `stages/${command.key}/staged.json`;
      await objects.keep(staged, Staged, toStaged(write), context);
      return { result: { staged, upon: snapshot?.version ?? null, added: write.added.length } };
    });
  });
}
