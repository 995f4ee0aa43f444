import { RunGraph, type StageName, type StagePlan } from "@snowmelt/core/engine";

const minute = 60_000;

const stagePlan = (name: StageName, over: Partial<StagePlan>): StagePlan => ({
  name,
  retry: { attempts: 4, baseDelayMs: 1000, maxDelayMs: 60_000 },
  timeoutMs: 10 * minute,
  pollMs: minute,
  giveUpMs: 6 * 60 * minute,
  isStoppable: name !== "commit",
  ...(name === "extract" ? { firstLookMs: 2000 } : {}),
  ...over,
});

/** Datasets, and a transform of the first. */
export function flightsGraph(
  definitionHash: string,
  over: Partial<StagePlan>,
  {
    datasets,
    transforms = ["dailyDelays"],
  }: { readonly datasets: readonly string[]; readonly transforms?: readonly string[] },
): RunGraph {
  const dataset = (name: string) => ({
    name,
    after: [],
    resource: `dev/${name}`,
    work: { dataset: name },
    stages: (["claim", "extract", "land", "commit", "catalog"] as const).map((stage) => stagePlan(stage, over)),
  });
  return RunGraph.parse({
    pipeline: "flights",
    environment: "dev",
    definitionHash,
    maxActive: 4,
    dispatchMs: 8 * minute,
    pauseReminderMs: 60 * minute,
    tasks: [
      ...datasets.map(dataset),
      ...transforms.map((name) => ({
        name,
        after: datasets.slice(0, 1),
        resource: `dev/${name}`,
        work: {},
        stages: (["claim", "transform"] as const).map((stage) => stagePlan(stage, over)),
      })),
    ],
  });
}
