import type { StageReply, StartCommand } from "../engine/index.ts";
import { pipelineError } from "../pipeline-error.ts";
import { giveUpSpoiled } from "../stages/abandon-attempt.ts";
import { type InspectedDataset, inspectLanes, planSource } from "../stages/inspect-dataset.ts";
import type { Attempt } from "../state/dataset-state.ts";
import { type Extracted, Landed } from "./hand-over.ts";
import { givenUp } from "./stage-failure.ts";
import type { StageTask } from "./stage-task.ts";

/** A dataset as its attempt was planned, upon the table as it is now. The source is not asked again. */
export function inspectAttempt(
  { context, name, purpose }: Pick<StageTask, "context" | "name" | "purpose">,
  { facts, route }: Pick<Extracted, "facts" | "route">,
): Promise<InspectedDataset> {
  return inspectLanes(context, planSource(context, name, facts), { purpose, route });
}

/** Whether the attempt is the one to be landed next; it is not once it was given up, by whomever. */
export async function isPending(
  { context, lane }: Pick<StageTask, "context" | "lane">,
  { attemptId }: Attempt,
): Promise<boolean> {
  const { pending } = await context.state.read(lane, { signal: context.signal });
  return pending?.attemptId === attemptId;
}

/** Does the work of an attempt; one whose rows or files are why it fails is given up. */
export async function withAttempt<T>(
  task: StageTask,
  { attempt, inspected }: { readonly attempt: Attempt; readonly inspected: InspectedDataset },
  work: () => Promise<T>,
): Promise<T | { readonly reply: StageReply }> {
  if (!(await isPending(task, attempt))) return { reply: givenUp(task.name) };
  try {
    return await work();
  } catch (error) {
    await giveUpSpoiled(task.context, inspected, { error, attempt });
    throw error;
  }
}

/** What the landing left. */
export async function readLanded(
  { objects, name }: Pick<StageTask, "objects" | "name">,
  { results }: StartCommand,
): Promise<Landed> {
  return found(await objects.find(textOf(results.land, "landed"), Landed), name);
}

/** A name that an earlier stage left in its result. */
export function textOf(result: StartCommand["results"][keyof StartCommand["results"]] | null, name: string): string {
  const text = result?.[name];
  if (typeof text === "string") return text;
  throw pipelineError(
    "STATE_INVALID",
    `Expected what an earlier stage left as ${name}, and its result does not say it. Retry the run from the start.`,
  );
}

/** What a stage was told of and has to be there. */
export function found<T>(held: T | undefined, name: string): T {
  if (held !== undefined) return held;
  throw pipelineError(
    "STATE_INVALID",
    `What an earlier stage left for ${name} is not there any more. Run again; the window is landed anew.`,
  );
}
