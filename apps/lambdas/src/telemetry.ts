import { Logger as PowertoolsLogger } from "@aws-lambda-powertools/logger";
import { MetricUnit, Metrics as PowertoolsMetrics } from "@aws-lambda-powertools/metrics";
import type { Logger, Metric, Metrics } from "@snowmelt/core/ports";
import type { Context } from "aws-lambda";

/** What a function says of itself: its log, its metrics. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Around each invocation: its id in every line, and at its end how much memory it took. */
  observe<T>(context: Context, work: () => Promise<T>): Promise<T>;
}

const units = {
  Count: MetricUnit.Count,
  Bytes: MetricUnit.Bytes,
  Milliseconds: MetricUnit.Milliseconds,
  None: MetricUnit.NoUnit,
} as const;

/** By Powertools, to the log of the function: CloudWatch makes metrics of the lines that are in its embedded format. */
export function openTelemetry(functionName: string): Telemetry {
  const powertools = new PowertoolsLogger({ serviceName: functionName });
  const metrics = new PowertoolsMetrics({ namespace: "Snowmelt", serviceName: functionName });
  const record = ({ name, value, unit, dimensions = {} }: Metric): void => {
    const single = metrics.singleMetric();
    if (Object.keys(dimensions).length > 0) single.addDimensions({ ...dimensions });
    single.addMetric(name, units[unit], value);
  };
  return {
    logger: toLogger(powertools),
    metrics: { record },
    async observe(context, work) {
      powertools.addContext(context);
      metrics.captureColdStartMetric(functionName);
      try {
        return await work();
      } finally {
        const peakBytes = process.resourceUsage().maxRSS * 1024;
        record({ name: "PeakMemory", value: peakBytes, unit: "Bytes" });
        const givenBytes = Number(context.memoryLimitInMB) * 2 ** 20;
        if (peakBytes > 0.8 * givenBytes) {
          powertools.warn("More than 80 percent of the memory was taken.", { peakBytes, givenBytes });
        }
      }
    },
  };
}

function toLogger(powertools: PowertoolsLogger): Logger {
  return {
    log: (level, message, fields) => powertools[level](message, { ...fields }),
    child: (fields) => toLogger(powertools.createChild({ persistentKeys: { ...fields } })),
  };
}
