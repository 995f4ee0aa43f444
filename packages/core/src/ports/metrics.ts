export interface Metric {
  /** CamelCase noun, such as `RowsLanded`. */
  readonly name: string;
  readonly value: number;
  readonly unit: "Count" | "Bytes" | "Milliseconds" | "None";
  readonly dimensions?: Readonly<Record<string, string>>;
}

export interface Metrics {
  record(metric: Metric): void;
}

/** Keeps nothing. */
export const silentMetrics: Metrics = { record: () => undefined };

/** Keeps every metric, for tests. */
export function memoryMetrics(): Metrics & { readonly recorded: readonly Metric[] } {
  const recorded: Metric[] = [];
  return { recorded, record: (metric) => void recorded.push(metric) };
}
