import { Logger as PowertoolsLogger } from "@aws-lambda-powertools/logger";
import { Metrics as PowertoolsMetrics } from "@aws-lambda-powertools/metrics";
import { metricOf } from "@snowmelt/core/alerts";
import type { FunctionName } from "@snowmelt/core/functions";
import type { Logger, Metrics } from "@snowmelt/core/ports";
import { type EmfMetrics, openEmfMetrics } from "@snowmelt/pipeline/aws";
import type { Context } from "aws-lambda";
import { readConfig } from "./config.ts";

/** What a function says of itself: its log, its metrics. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Around each invocation: its id in every line, at its end how much memory it took, and all metrics written. FUNCTION_MISCONFIGURED. */
  observe<T>(context: Context, work: () => Promise<T>): Promise<T>;
}

/** To the log of the function: CloudWatch makes metrics of the lines that are in its embedded format. */
export function openTelemetry(functionName: FunctionName): Telemetry {
  const powertools = new PowertoolsLogger({ serviceName: functionName });
  const logger = toLogger(powertools);
  // Of cold starts alone: it adds a dimension to everything, and an alarm finds no metric that has another one.
  const coldStarts = new PowertoolsMetrics({ namespace: "Snowmelt", serviceName: functionName });
  let opened: EmfMetrics | undefined;
  const metrics = (): EmfMetrics => {
    opened ??= openEmfMetrics({
      write: (line) => process.stdout.write(`${line}\n`),
      dimensions: { Environment: readConfig(["SNOWMELT_ENVIRONMENT"]).SNOWMELT_ENVIRONMENT },
      logger,
    });
    return opened;
  };
  return {
    logger,
    metrics: { record: (metric) => metrics().record(metric) },
    async observe(context, work) {
      powertools.addContext(context);
      using recorded = metrics();
      coldStarts.captureColdStartMetric(functionName);
      try {
        return await work();
      } finally {
        const peakBytes = process.resourceUsage().maxRSS * 1024;
        recorded.record(metricOf("PeakMemory", peakBytes, { Function: functionName }));
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
