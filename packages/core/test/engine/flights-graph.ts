import { RunGraph, type StageName, type StagePlan } from "../../src/engine/index.ts";

const minute = 60_000;

export function stagePlan(name: StageName, over: Partial<StagePlan> = {}): StagePlan {
  return {
    name,
    retry: { attempts: 4, baseDelayMs: 1000, maxDelayMs: 60_000 },
    timeoutMs: 10 * minute,
    pollMs: minute,
    giveUpMs: 6 * 60 * minute,
    isStoppable: name !== "commit",
    ...over,
  };
}

/** Two datasets, and a transform of the first. */
export function flightsGraph(definitionHash = "one", over: Partial<StagePlan> = {}): RunGraph {
  const dataset = (name: string) => ({
    name,
    after: [],
    resource: `dev/${name}`,
    stages: (["claim", "extract", "land", "verify", "commit", "catalog"] as const).map((stage) =>
      stagePlan(stage, over),
    ),
  });
  return RunGraph.parse({
    pipeline: "flights",
    environment: "dev",
    definitionHash,
    maxActive: 2,
    dispatchMs: 5 * minute,
    pauseReminderMs: 60 * minute,
    tasks: [
      dataset("flights"),
      dataset("airports"),
      {
        name: "dailyDelays",
        after: ["flights"],
        resource: "dev/dailyDelays",
        stages: (["claim", "transform", "publish"] as const).map((stage) => stagePlan(stage, over)),
      },
    ],
  });
}
