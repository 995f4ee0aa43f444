import { z } from "zod";

/** Every stage a run may have, in the order in which a task goes through those it has. */
export const stageNames = [
  "claim",
  "extract",
  "land",
  "verify",
  "check",
  "commit",
  "catalog",
  "transform",
  "train",
  "evaluate",
  "deploy",
  "watch",
  "publish",
] as const;

/**
 * `claim` takes the task's resource for the run, so that two runs do not work on one dataset at a time; the others are what
 * their names say.
 */
export const StageName = z.enum(stageNames);
export type StageName = z.infer<typeof StageName>;
