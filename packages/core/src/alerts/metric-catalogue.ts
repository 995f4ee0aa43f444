import type { Metric } from "../ports/index.ts";

interface MetricEntry {
  readonly unit: Metric["unit"];
  readonly dimensions: readonly string[];
  readonly meaning: string;
}

const ofDataset = ["Environment", "Pipeline", "Dataset"] as const;
const ofPipeline = ["Environment", "Pipeline"] as const;

const ofBreaker = ["Environment", "Breaker"] as const;
const ofFunction = ["Environment", "Function"] as const;

/** Every metric there is: dashboards and alarms are made from it. Durations are wall time. Summed over time unless said otherwise. */
export const metricCatalogue = {
  RowsExtracted: { unit: "Count", dimensions: ofDataset, meaning: "Rows of the windows that were read." },
  RowsLanded: { unit: "Count", dimensions: ofDataset, meaning: "Rows that a commit made visible." },
  RowsQuarantined: { unit: "Count", dimensions: ofDataset, meaning: "Rows that a rule set aside." },
  BytesLanded: { unit: "Bytes", dimensions: ofDataset, meaning: "Bytes of the files that a commit added." },
  RunsSucceeded: { unit: "Count", dimensions: ofPipeline, meaning: "Runs that ended well." },
  RunsFailed: { unit: "Count", dimensions: ofPipeline, meaning: "Runs that ended with a task that failed." },
  DatasetsFailed: {
    unit: "Count",
    dimensions: ofDataset,
    meaning: "Ends of a dataset, or of a transform, in a failure.",
  },
  OverdueRuns: {
    unit: "Count",
    dimensions: ["Environment"],
    meaning: "Runs that the reconciler found waiting for an event that had not come.",
  },
  RunDuration: { unit: "Milliseconds", dimensions: ofPipeline, meaning: "From a run's beginning to its end." },
  StageDuration: {
    unit: "Milliseconds",
    dimensions: [...ofDataset, "Stage"],
    meaning: "From a stage's first try to its end.",
  },
  StageRetries: { unit: "Count", dimensions: [...ofDataset, "Stage"], meaning: "Tries after the first." },
  StageCallDuration: {
    unit: "Milliseconds",
    dimensions: [...ofPipeline, "Stage"],
    meaning: "How long one call worked on a stage; work that goes on elsewhere is not in it.",
  },
  CommandsFailed: {
    unit: "Count",
    dimensions: ["Environment", "Command"],
    meaning: "Commands of the engine that could not be carried out, and are tried again.",
  },
  ChecksPassed: { unit: "Count", dimensions: ofDataset, meaning: "Comparisons and rules that held." },
  ChecksFailed: { unit: "Count", dimensions: ofDataset, meaning: "Comparisons and rules that did not hold." },
  FreshnessAge: {
    unit: "Milliseconds",
    dimensions: ofDataset,
    meaning: "How long ago the dataset was last published; look at its maximum.",
  },
  BreakerOpen: {
    unit: "Count",
    dimensions: ofBreaker,
    meaning: "1 while a circuit breaker is open, else 0, by the minute; look at its maximum.",
  },
  CallsRefused: { unit: "Count", dimensions: ofBreaker, meaning: "Calls that an open breaker spared its service." },
  NotificationsDelivered: {
    unit: "Count",
    dimensions: ["Environment", "Channel"],
    meaning: "Messages that a channel took.",
  },
  NotificationsFailed: {
    unit: "Count",
    dimensions: ["Environment", "Channel"],
    meaning: "Messages that a channel refused, or that it could not be given in time.",
  },
  NotificationsHeld: {
    unit: "Count",
    dimensions: ["Environment", "Channel"],
    meaning: "Notifications that wait to be told together.",
  },
  EventsRefused: {
    unit: "Count",
    dimensions: ofFunction,
    meaning: "Events that went to a dead-letter queue.",
  },
  PeakMemory: {
    unit: "Bytes",
    dimensions: ofFunction,
    meaning: "The most that a function's process held; look at its maximum.",
  },
  Heartbeat: {
    unit: "Count",
    dimensions: ofFunction,
    meaning: "1 for each pass of what comes every minute. Its absence is an alarm of CloudWatch's own.",
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof metricCatalogue;
type DimensionName<N extends MetricName> = (typeof metricCatalogue)[N]["dimensions"][number];
/** Who knows of one environment alone leaves it out: the lines of its process have it already. */
export type MetricDimensions<N extends MetricName> = Readonly<
  Record<Exclude<DimensionName<N>, "Environment">, string>
> & {
  readonly Environment?: string;
};

/** A metric of the catalogue, with just the dimensions that it has there. Pure. */
export function metricOf<const N extends MetricName>(name: N, value: number, dimensions: MetricDimensions<N>): Metric {
  return { name, value, unit: metricCatalogue[name].unit, dimensions };
}
