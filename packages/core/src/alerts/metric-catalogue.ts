import type { Metric } from "../ports/index.ts";

interface MetricEntry {
  readonly unit: Metric["unit"];
  readonly dimensions: readonly string[];
  readonly meaning: string;
}

const ofDataset = ["Environment", "Pipeline", "Dataset"] as const;
const ofPipeline = ["Environment", "Pipeline"] as const;

/** Every metric there is: dashboards and alarms are made from it. Durations are wall time. Summed over time unless said otherwise. */
export const metricCatalogue = {
  RowsExtracted: { unit: "Count", dimensions: ofDataset, meaning: "Rows of the windows that were read." },
  RowsLanded: { unit: "Count", dimensions: ofDataset, meaning: "Rows that a commit made visible." },
  RowsQuarantined: { unit: "Count", dimensions: ofDataset, meaning: "Rows that a rule set aside." },
  BytesLanded: { unit: "Bytes", dimensions: ofDataset, meaning: "Bytes of the files that a commit added." },
  RunsSucceeded: { unit: "Count", dimensions: ofPipeline, meaning: "Runs that ended well." },
  RunsFailed: { unit: "Count", dimensions: ofPipeline, meaning: "Runs that ended with a task that failed." },
  RunDuration: { unit: "Milliseconds", dimensions: ofPipeline, meaning: "From a run's beginning to its end." },
  StageDuration: {
    unit: "Milliseconds",
    dimensions: [...ofDataset, "Stage"],
    meaning: "From a stage's first try to its end.",
  },
  StageRetries: { unit: "Count", dimensions: [...ofDataset, "Stage"], meaning: "Tries after the first." },
  ChecksPassed: { unit: "Count", dimensions: ofDataset, meaning: "Comparisons and rules that held." },
  ChecksFailed: { unit: "Count", dimensions: ofDataset, meaning: "Comparisons and rules that did not hold." },
  FreshnessAge: {
    unit: "Milliseconds",
    dimensions: ofDataset,
    meaning: "How long ago the dataset was last published; look at its maximum.",
  },
  BreakerOpen: {
    unit: "Count",
    dimensions: ["Environment", "Breaker"],
    meaning: "1 while a circuit breaker is open, else 0; look at its maximum.",
  },
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
    dimensions: ["Environment", "Function"],
    meaning: "Events that went to a dead-letter queue.",
  },
  PeakMemory: {
    unit: "Bytes",
    dimensions: ["Environment", "Function"],
    meaning: "The most that a function's process held; look at its maximum.",
  },
  ReconcilerHeartbeat: {
    unit: "Count",
    dimensions: ["Environment"],
    meaning: "1 for each pass of the reconciler. Its absence is an alarm of CloudWatch's own.",
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

export type MetricName = keyof typeof metricCatalogue;
export type MetricDimensions<N extends MetricName> = Readonly<
  Record<(typeof metricCatalogue)[N]["dimensions"][number], string>
>;

/** A metric of the catalogue, with just the dimensions that it has there. Pure. */
export function metricOf<const N extends MetricName>(name: N, value: number, dimensions: MetricDimensions<N>): Metric {
  return { name, value, unit: metricCatalogue[name].unit, dimensions };
}
