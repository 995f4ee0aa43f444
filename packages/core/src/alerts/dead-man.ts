import type { Metric } from "../ports/index.ts";
import { metricOf } from "./metric-catalogue.ts";

/** Recorded once for each pass of the reconciler, at its end. Pure. */
export function heartbeat(environment: string): Metric {
  return metricOf("ReconcilerHeartbeat", 1, { Environment: environment });
}

/** An alarm of CloudWatch as its PutMetricAlarm names things, but for its name and actions. */
export interface DeadManAlarm {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Statistic: "Sum";
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly Threshold: number;
  readonly ComparisonOperator: "LessThanThreshold";
  /** No heartbeat at all is what it is there for. */
  readonly TreatMissingData: "breaching";
  readonly AlarmDescription: string;
}

/**
 * The alarm on a heartbeat that stays out. Its action is an SNS topic that people are subscribed to: none of our code is between,
 * as it is our code that may be broken. Pure.
 */
export function planDeadManAlarm({
  namespace,
  environment,
  minutes = 5,
}: {
  readonly namespace: string;
  readonly environment: string;
  /** Without a heartbeat. @default 5 */
  readonly minutes?: number;
}): DeadManAlarm {
  const { name, dimensions = {} } = heartbeat(environment);
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: "Sum",
    Period: 60,
    EvaluationPeriods: minutes,
    DatapointsToAlarm: minutes,
    Threshold: 1,
    ComparisonOperator: "LessThanThreshold",
    TreatMissingData: "breaching",
    AlarmDescription: `The reconciler of ${environment} has not run for ${minutes} minutes: overdue runs are not found and no alert is sent. Look at its function's log, its schedule and its dead-letter queue.`,
  };
}
