import {
  manualClock,
  memoryLogger,
  memoryMetrics,
  memorySecrets,
  secretRef,
  silentLogger,
  silentMetrics,
  systemClock,
} from "@snowmelt/core/ports";
import {
  type ContractCase,
  clockContract,
  loggerContract,
  metricsContract,
  secretsContract,
} from "@snowmelt/core/ports/testing";
import { describe, it } from "vitest";

const suites: Readonly<Record<string, readonly ContractCase[]>> = {
  "the system's clock": clockContract(() => systemClock),
  "a clock that is moved by hand": clockContract(() => manualClock(1_000)),
  "secrets in memory": secretsContract(() => ({
    secrets: memorySecrets({ "env:KNOWN": "hunter2hunter2" }),
    known: { ref: secretRef("env:KNOWN"), value: "hunter2hunter2" },
    unknown: secretRef("env:UNKNOWN"),
  })),
  "a logger in memory": loggerContract(() => {
    const logger = memoryLogger();
    return { logger, written: () => logger.records };
  }),
  "a silent logger": loggerContract(() => ({ logger: silentLogger })),
  "metrics in memory": metricsContract(() => {
    const metrics = memoryMetrics();
    return { metrics, recorded: () => metrics.recorded };
  }),
  "silent metrics": metricsContract(() => ({ metrics: silentMetrics })),
};

for (const [what, cases] of Object.entries(suites))
  describe(what, () => {
    for (const { name, run } of cases) it(name, run);
  });
