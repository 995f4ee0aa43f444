import { type Metric, memoryLogger } from "@snowmelt/core/ports";
import { metricsContract } from "@snowmelt/core/ports/testing";
import { openEmfMetrics } from "@snowmelt/pipeline/aws";
import { describe, expect, it } from "vitest";

interface Line {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly [
      {
        readonly Dimensions: readonly [readonly string[]];
        readonly Metrics: readonly { readonly Name: string; readonly Unit: Metric["unit"] }[];
      },
    ];
  };
  readonly [name: string]: unknown;
}

function readBack(lines: readonly string[]): Metric[] {
  return lines.flatMap((text) => {
    const line = JSON.parse(text) as Line;
    const [{ Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    const dimensions = Object.fromEntries(Dimensions[0].map((name) => [name, String(line[name])]));
    const more = Dimensions[0].length > 0 ? { dimensions } : {};
    return Metrics.map(({ Name, Unit }) => ({ name: Name, value: Number(line[Name]), unit: Unit, ...more }));
  });
}

describe("metrics as log lines", () => {
  const open = () => {
    const lines: string[] = [];
    const metrics = openEmfMetrics({ write: (line) => void lines.push(line) });
    return {
      metrics,
      recorded: () => {
        metrics.flush();
        return readBack(lines);
      },
    };
  };
  for (const { name, run } of metricsContract(open)) it(name, run);

  it("are written by a hundred, and the rest when it is over", () => {
    const lines: string[] = [];
    {
      using metrics = openEmfMetrics({ write: (line) => void lines.push(line) });
      for (let n = 0; n < 150; n++) metrics.record({ name: `M${n}`, value: n, unit: "Count" });
      expect(lines).toHaveLength(1);
    }
    expect(readBack(lines)).toHaveLength(150);
  });

  it("say once what CloudWatch would refuse, and lose nothing else", () => {
    const lines: string[] = [];
    const logger = memoryLogger();
    const metrics = openEmfMetrics({
      write: (line) => void lines.push(line),
      logger,
      dimensions: { Environment: "prod" },
    });
    for (let n = 0; n < 3; n++) metrics.record({ name: "Rows", value: Number.NaN, unit: "Count" });
    metrics.record({ name: "Rows", value: 1, unit: "Count" });
    metrics.flush();
    expect(readBack(lines)).toEqual([{ name: "Rows", value: 1, unit: "Count", dimensions: { Environment: "prod" } }]);
    expect(logger.records).toHaveLength(1);
  });
});
