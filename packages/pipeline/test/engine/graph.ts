import { RunGraph, type StageName, type StagePlan } from "@snowmelt/core/engine";

/** One or more tasks of these stages, that wait for nothing and are tried again at once. */
export function graphOf(
  stages: readonly StageName[],
  { tasks = ["flights"], ...over }: Partial<StagePlan> & { readonly tasks?: readonly string[] } = {},
): RunGraph {
  return RunGraph.parse({
    pipeline: "flights",
    environment: "dev",
    definitionHash: "one",
    maxActive: 4,
    dispatchMs: 10_000,
    pauseReminderMs: 3_600_000,
    tasks: tasks.map((name) => ({
      name,
      after: [],
      resource: `dev/${name}`,
      stages: stages.map((stage) => ({
        name: stage,
        retry: { attempts: 3, baseDelayMs: 0, maxDelayMs: 0 },
        timeoutMs: 60_000,
        pollMs: 60_000,
        giveUpMs: 3_600_000,
        isStoppable: stage !== "commit",
        ...over,
      })),
    })),
  });
}
