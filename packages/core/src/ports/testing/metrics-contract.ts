import assert from "node:assert/strict";
import type { Metric, Metrics } from "../metrics.ts";
import { type ContractCase, openCases } from "./contract-case.ts";

export interface MetricsUnderContract {
  readonly metrics: Metrics;
  /** What was recorded so far, read back from where it went; absent for one that keeps nothing. */
  readonly recorded?: (() => readonly Metric[] | Promise<readonly Metric[]>) | undefined;
}

/** What every Metrics must do. */
export function metricsContract(
  open: () => MetricsUnderContract | Promise<MetricsUnderContract>,
): readonly ContractCase[] {
  const { cases, contract } = openCases(open);
  const expectRecorded = async ({ recorded }: MetricsUnderContract, expected: readonly Metric[]): Promise<void> => {
    if (recorded) assert.deepEqual(await recorded(), expected);
  };

  contract("records name, value, unit and dimensions, in order", async (under) => {
    const given: readonly Metric[] = [
      { name: "RowsLanded", value: 3_000_000, unit: "Count", dimensions: { Dataset: "flights" } },
      { name: "BytesWritten", value: 0, unit: "Bytes" },
      { name: "Duration", value: 0.5, unit: "Milliseconds", dimensions: { Dataset: "flights", Pipeline: "p" } },
    ];
    for (const metric of given) under.metrics.record(metric);
    await expectRecorded(under, given);
  });

  contract("keeps a value each time it is recorded, equal ones too", async (under) => {
    const metric: Metric = { name: "Failures", value: 1, unit: "None" };
    under.metrics.record(metric);
    under.metrics.record(metric);
    await expectRecorded(under, [metric, metric]);
  });

  contract("leaves the metric it is given as it is", ({ metrics }) => {
    const metric: Metric = Object.freeze({
      name: "Rows",
      value: 1,
      unit: "Count",
      dimensions: Object.freeze({ A: "b" }),
    });
    metrics.record(metric);
    assert.deepEqual(metric, { name: "Rows", value: 1, unit: "Count", dimensions: { A: "b" } });
  });

  return cases;
}
