import type { Metric } from "../ports/index.ts";
import { metricOf } from "./metric-catalogue.ts";

/** What comes every minute, and without which alerts are not made, not told further, or not sent. */
export const watchedFunctions = ["reconcile", "escalate", "notify"] as const;
export type WatchedFunction = (typeof watchedFunctions)[number];

/** Recorded at the end of each pass that went well. Pure. */
export function heartbeat(environment: string, of: WatchedFunction): Metric {
  return metricOf("Heartbeat", 1, { Environment: environment, Function: of });
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

const consequences: Readonly<Record<WatchedFunction, string>> = {
  reconcile: "runs that are overdue and alerts that got lost are not found",
  escalate: "nobody hears of what is stale, and no next level of what nobody acknowledged",
  notify: "no alert is sent",
};

/**
 * The alarms on heartbeats that stay out, one a function. Their action is an SNS topic that people are subscribed to: none of our code
 * is between, as it is our code that may be broken. Pure.
 */
export function planDeadManAlarms({
  namespace,
  environment,
  minutes = 5,
}: {
  readonly namespace: string;
  readonly environment: string;
  /** Without a heartbeat. @default 5 */
  readonly minutes?: number;
}): readonly DeadManAlarm[] {
  return watchedFunctions.map((of) => {
    const { name, dimensions = {} } = heartbeat(environment, of);
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
      AlarmDescription: `The function ${of} of ${environment} has not come to an end for ${minutes} minutes: ${consequences[of]}. Look at its log and its schedule.`,
    };
  });
}
