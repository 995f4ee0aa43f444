import type { StageRunner } from "../engine/index.ts";
import { checkRules } from "../stages/check-rules.ts";
import { inspectAttempt, readLanded, withAttempt } from "./attempt-work.ts";
import { datasetStage } from "./dataset-stage.ts";
import type { OpenStage } from "./stage-task.ts";

/** Judges what was landed by its rules, and by its key. Rows that are refused give the attempt up. */
export function checkStage(open: OpenStage): StageRunner {
  return datasetStage(open, async (task, command) => {
    const landed = await readLanded(task, command);
    const { attempt, rules } = landed;
    const inspected = await inspectAttempt(task, landed);
    return withAttempt(task, { attempt, inspected }, async () => {
      await task.record.stage("check", async () => checkRules(inspected, landed));
      return { result: { rules: rules.length, passed: rules.filter(({ passed }) => passed).length } };
    });
  });
}
