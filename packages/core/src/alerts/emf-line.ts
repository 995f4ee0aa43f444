import type { Metric } from "../ports/index.ts";

/** Of CloudWatch's embedded metric format; the line's own limit is 1 MB. */
export const emfLimits = { metrics: 100, dimensions: 30, dimensionValue: 1024, name: 255 } as const;

export interface EmfFrame {
  /** Such as `Snowmelt`. */
  readonly namespace: string;
  readonly nowMs: number;
  /** On every metric, such as the environment's name. A metric's own of the same name win. */
  readonly dimensions?: Readonly<Record<string, string>>;
}

export interface EmfLines {
  /** Each one JSON object in one line. */
  readonly lines: readonly string[];
  /** What CloudWatch would refuse, with the reason: no other metric is lost for its sake. */
  readonly dropped: readonly { readonly metric: Metric; readonly reason: string }[];
}

/** Ids are no dimensions: each value would be a metric of its own, and be paid for. */
const notDimensions = new Set(["runid", "attemptid", "queryid", "requestid"]);

/** Metrics as log lines, in their order; those of the same dimensions that follow each other share a line. Pure. */
export function emfLines(metrics: readonly Metric[], frame: EmfFrame): EmfLines {
  const lines: string[] = [];
  const dropped: { metric: Metric; reason: string }[] = [];
  let group: { key: string; dimensions: Record<string, string>; metrics: Map<string, Metric> } | undefined;
  const finish = (): void => {
    if (group) lines.push(emfLine([...group.metrics.values()], group.dimensions, frame));
    group = undefined;
  };
  for (const metric of metrics) {
    const dimensions = { ...frame.dimensions, ...metric.dimensions };
    const reason = refusal(metric, dimensions);
    if (reason !== undefined) {
      dropped.push({ metric, reason });
      continue;
    }
    const key = JSON.stringify(Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (group?.key !== key || group.metrics.has(metric.name) || group.metrics.size === emfLimits.metrics) finish();
    group ??= { key, dimensions, metrics: new Map() };
    group.metrics.set(metric.name, metric);
  }
  finish();
  return { lines, dropped };
}

function emfLine(metrics: readonly Metric[], dimensions: Record<string, string>, frame: EmfFrame): string {
  return JSON.stringify({
    _aws: {
      Timestamp: Math.trunc(frame.nowMs),
      CloudWatchMetrics: [
        {
          Namespace: frame.namespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
  });
}

function refusal({ name, value }: Metric, dimensions: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(dimensions);
  if (!Number.isFinite(value)) return "its value is not a finite number";
  if (!isName(name)) return `its name is not 1 to ${emfLimits.name} printable ASCII characters`;
  if (name === "_aws" || name in dimensions) return "its name is that of a dimension";
  if (entries.length > emfLimits.dimensions) return `it has more than ${emfLimits.dimensions} dimensions`;
  for (const [dimension, text] of entries) {
    if (!isName(dimension) || dimension === "_aws" || dimension.startsWith(":"))
      return "a dimension's name is not allowed";
    if (notDimensions.has(dimension.toLowerCase()))
      return `${dimension} is no dimension: each value would be a metric of its own`;
    if (!/^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/.test(text) || text.length > emfLimits.dimensionValue) {
      return `the value of ${dimension} is not 1 to ${emfLimits.dimensionValue} printable ASCII characters`;
    }
  }
  return undefined;
}

const isName = (text: string): boolean => text.length <= emfLimits.name && /^[\x21-\x7e]+$/.test(text);
