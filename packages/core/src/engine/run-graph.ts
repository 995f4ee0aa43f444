import { z } from "zod";
import { RetryPolicy } from "../retry/index.ts";
import { JsonRecord } from "./run-state.ts";
import { StageName, stageNames } from "./stage-name.ts";

/** How one stage of a task is carried out, as data. */
export const StagePlan = z.strictObject({
  name: StageName,
  /** Tries in all, and the waits between them. */
  retry: RetryPolicy,
  /** From the start of one try, or of one of its pieces, until it is stopped. */
  timeoutMs: z.int().min(1),
  /** How often a stage that runs is asked for, as the event that it ended may never come. */
  pollMs: z.int().min(1),
  /**
   * Of work that goes on elsewhere and tells nobody of its end: how soon it is asked for, and then each time it has taken half as long
   * again, until `pollMs` is as good. Left out, it is asked for by `pollMs` alone.
   */
  firstLookMs: z.int().min(1).exactOptional(),
  /** From its first try, or from its last progress: after it no other try is begun. */
  giveUpMs: z.int().min(1),
  /** Whether it can be ended from outside. One that cannot, a commit, is waited for. */
  isStoppable: z.boolean(),
});
export type StagePlan = z.infer<typeof StagePlan>;

/** A dataset, a transform or a model: stages one after the other. */
export const TaskPlan = z.strictObject({
  name: z.string().min(1),
  /** Tasks that have to succeed before it begins. */
  after: z.array(z.string()).readonly(),
  /** What `claim` takes: one run at a time works on it. */
  resource: z.string().min(1),
  /** What whoever carries out its stages has to know beside its name, as `TaskWork` has it. Goes with every command. */
  work: JsonRecord.default({}),
  stages: z.array(StagePlan).min(1).readonly(),
});
export type TaskPlan = z.infer<typeof TaskPlan>;

/**
 * What a run does, derived from a definition: content-addressed, so that a run in flight is finished upon the one it began
 * with, whatever is deployed meanwhile.
 */
export const RunGraph = z
  .strictObject({
    pipeline: z.string().min(1),
    environment: z.string().min(1),
    definitionHash: z.string().min(1),
    /** Tasks at work at a time. */
    maxActive: z.int().min(1),
    /**
     * Longest that whoever carries out a command lives, and what clocks may differ by on top. A start that was not seen by then will never be seen: before it, that
     * nothing is known of a key does not mean that nothing will be.
     */
    dispatchMs: z.int().min(0),
    /** After this long in pause somebody is told, and again. */
    pauseReminderMs: z.int().min(1),
    tasks: z.array(TaskPlan).min(1).readonly(),
  })
  .superRefine(({ tasks }, context) => {
    for (const problem of graphProblems(tasks)) context.addIssue({ code: "custom", path: ["tasks"], message: problem });
  })
  .readonly();
export type RunGraph = z.infer<typeof RunGraph>;

function graphProblems(tasks: readonly TaskPlan[]): string[] {
  const problems: string[] = [];
  const before = new Set<string>();
  for (const { name, after, stages } of tasks) {
    if (before.has(name)) problems.push(`${name} is there twice`);
    for (const upstream of after) {
      if (!before.has(upstream)) problems.push(`${name} comes after ${upstream}, which is not listed before it`);
    }
    const order = stages.map((stage) => stageNames.indexOf(stage.name));
    if (order.some((at, index) => at <= (order[index - 1] ?? -1))) {
      problems.push(`the stages of ${name} are not in their order: ${stages.map((stage) => stage.name).join(", ")}`);
    }
    before.add(name);
  }
  return problems;
}
