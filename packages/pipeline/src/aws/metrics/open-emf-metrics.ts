import { emfLimits, emfLines } from "@snowmelt/core/alerts";
import { type Clock, type Logger, type Metric, type Metrics, silentLogger, systemClock } from "@snowmelt/core/ports";

export interface EmfMetricsOptions {
  /** Takes a line without its end: in a function, one to its standard output. */
  readonly write: (line: string) => void;
  /** @default "Snowmelt" */
  readonly namespace?: string;
  /** On every metric, such as `{ Environment: "prod" }`. */
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly clock?: Pick<Clock, "nowMs">;
  /** Told of what CloudWatch would refuse: once a metric's name and reason. */
  readonly logger?: Logger;
}

/** Metrics that CloudWatch makes of log lines. At least once, as logs are: nothing is billed by them. */
export interface EmfMetrics extends Metrics, Disposable {
  /** Writes what was recorded. To be called before a function's handler returns: it may be frozen then. */
  flush(): void;
}

/** Gathers metrics and writes them as lines when there are 100, when flushed, and when disposed of. */
export function openEmfMetrics(options: EmfMetricsOptions): EmfMetrics {
  const { write, namespace = "Snowmelt", dimensions = {}, clock = systemClock, logger = silentLogger } = options;
  let waiting: Metric[] = [];
  const told = new Set<string>();
  const flush = (): void => {
    const metrics = waiting;
    waiting = [];
    const { lines, dropped } = emfLines(metrics, { namespace, dimensions, nowMs: clock.nowMs() });
    for (const line of lines) write(line);
    for (const { metric, reason } of dropped) {
      const key = `${metric.name}: ${reason}`;
      if (!told.has(key)) logger.log("warn", "A metric was left out.", { metric: metric.name, reason });
      told.add(key);
    }
  };
  return {
    record(metric) {
      waiting.push(metric);
      if (waiting.length >= emfLimits.metrics) flush();
    },
    flush,
    [Symbol.dispose]: flush,
  };
}
