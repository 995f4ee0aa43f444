import type { JsonRecord } from "@snowmelt/core/engine";
import type { StageReply, StageRunner, StartCommand } from "../engine/index.ts";
import { type OpenStage, orFailure, type StageTask, succeed, withTask } from "./stage-task.ts";

export interface StageEnd {
  readonly result: JsonRecord;
  readonly goTo?: string;
}

/** A runner of a stage of datasets that ends within its call: with a result, or with a reply of its own. */
export function datasetStage(
  open: OpenStage,
  work: (task: StageTask, command: StartCommand) => Promise<StageEnd | { readonly reply: StageReply }>,
): StageRunner {
  return {
    start: (command, call) =>
      orFailure((noteTask) =>
        withTask(open, { command, call }, async (task) => {
          noteTask(task);
          const end = await work(task, command);
          return "reply" in end ? end.reply : succeed(task, command.key, end);
        }),
      ),
  };
}
