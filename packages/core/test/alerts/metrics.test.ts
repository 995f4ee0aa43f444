import {
  checkFreshness,
  emfLimits,
  emfLines,
  heartbeat,
  metricCatalogue,
  metricOf,
  planDeadManAlarms,
  planFreshness,
  watchedFunctions,
} from "@snowmelt/core/alerts";
import { parseDefinition } from "@snowmelt/core/definition";
import type { Metric } from "@snowmelt/core/ports";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parsed } from "../flights.ts";

/** The published shape: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const EmfLine = z
  .looseObject({
    _aws: z.strictObject({
      Timestamp: z.int().min(0),
      CloudWatchMetrics: z.tuple([
        z.strictObject({
          Namespace: z.string().min(1).max(1024),
          Dimensions: z.tuple([z.array(z.string().min(1).max(250)).max(emfLimits.dimensions)]),
          Metrics: z
            .array(
              z.strictObject({
                Name: z.string().min(1).max(1024),
                Unit: z.enum(["Count", "Bytes", "Milliseconds", "None"]),
              }),
            )
            .min(1)
            .max(emfLimits.metrics),
        }),
      ]),
    }),
  })
  .superRefine((line, context) => {
    const [{ Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    const bad = [
      ...Dimensions[0].filter((name) => typeof line[name] !== "string" || line[name] === ""),
      ...Metrics.map(({ Name }) => Name).filter((name) => typeof line[name] !== "number"),
    ];
    if (bad.length > 0) context.addIssue({ code: "custom", message: `no value at the root: ${bad.join(", ")}` });
  });

const frame = { namespace: "Snowmelt", nowMs: 1_795_000_000_000 };

function readBack(lines: readonly string[]): Metric[] {
  return lines.flatMap((text) => {
    const line = EmfLine.parse(JSON.parse(text));
    const [{ Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    const dimensions = Object.fromEntries(Dimensions[0].map((name) => [name, String(line[name])]));
    return Metrics.map(({ Name, Unit }) => ({
      name: Name,
      value: Number(line[Name]),
      unit: Unit,
      ...(Dimensions[0].length > 0 ? { dimensions } : {}),
    }));
  });
}

describe("lines of the embedded metric format", () => {
  test("hold metrics of the same dimensions together", () => {
    const of = { Environment: "prod", Pipeline: "flights", Dataset: "airports" };
    const { lines } = emfLines(
      [metricOf("RowsLanded", 5, of), metricOf("BytesLanded", 9, of), heartbeat("prod", "notify")],
      frame,
    );
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(
      '{"_aws":{"Timestamp":1795000000000,"CloudWatchMetrics":[{"Namespace":"Snowmelt","Dimensions":[["Environment","Pipeline","Dataset"]],"Metrics":[{"Name":"RowsLanded","Unit":"Count"},{"Name":"BytesLanded","Unit":"Bytes"}]}]},"Environment":"prod","Pipeline":"flights","Dataset":"airports","RowsLanded":5,"BytesLanded":9}',
    );
  });

  test("have everything that is recorded, in order, each line as CloudWatch wants it, and say what has no place", () => {
    const name = fc.oneof(fc.constantFrom("Rows", "Bytes", "Env", "_aws", "a b", ""), fc.string({ maxLength: 3 }));
    const value = fc.oneof(fc.constantFrom("x", "y", ""), fc.string({ maxLength: 3 }));
    const metric = fc.record({
      name,
      value: fc.oneof(fc.double(), fc.nat()),
      unit: fc.constantFrom("Count" as const, "Bytes" as const, "Milliseconds" as const, "None" as const),
      dimensions: fc.dictionary(name, value, { maxKeys: 3 }),
    });
    fc.assert(
      fc.property(fc.array(metric, { maxLength: 300 }), (metrics) => {
        const { lines, dropped } = emfLines(metrics, frame);
        const lost = new Set(dropped.map((each) => each.metric));
        const kept = metrics.filter((each) => !lost.has(each)).map((each) => ({ ...each, value: each.value + 0 }));
        const told = readBack(lines);
        expect(told.map(({ name }) => name)).toEqual(kept.map(({ name }) => name));
        expect(told.map(({ dimensions = {} }) => dimensions)).toEqual(
          kept.map(({ dimensions }) => ({ ...dimensions })),
        );
        expect(told.every(({ value }, index) => value === kept[index]?.value)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("have 100 metrics at most", () => {
    const many = Array.from({ length: 250 }, (_, index) => ({
      name: `M${index}`,
      value: index,
      unit: "Count" as const,
    }));
    expect(
      emfLines(many, frame).lines.map(
        (line) => EmfLine.parse(JSON.parse(line))._aws.CloudWatchMetrics[0].Metrics.length,
      ),
    ).toEqual([100, 100, 50]);
  });

  test.each([
    ["a run's id as a dimension", { dimensions: { RunId: "r1" } }, "metric of its own"],
    ["no number", { value: Number.NaN }, "finite"],
    ["an empty dimension", { dimensions: { Dataset: "" } }, "printable"],
    [
      "more than 30 dimensions",
      { dimensions: Object.fromEntries(Array.from({ length: 31 }, (_, n) => [`D${n}`, "x"])) },
      "30",
    ],
    ["the name of a dimension", { dimensions: { Rows: "x" } }, "name"],
  ])("leave out %s, and say so", (_, change, reason) => {
    const metric: Metric = { name: "Rows", value: 1, unit: "Count", ...change };
    const { lines, dropped } = emfLines([metric, { ...metric, value: 2, dimensions: {} }], frame);
    expect(lines).toHaveLength(1);
    expect(dropped).toMatchObject([{ metric, reason: expect.stringContaining(reason) }]);
  });
});

test("every metric of the catalogue can be written with its dimensions", () => {
  for (const [name, { unit, dimensions }] of Object.entries(metricCatalogue)) {
    const metric = { name, unit, value: 1, dimensions: Object.fromEntries(dimensions.map((each) => [each, "x"])) };
    expect(emfLines([metric], frame).dropped).toEqual([]);
  }
});

test("each dead man's alarm watches a heartbeat as it is recorded, and takes its absence for a breach", () => {
  const { lines } = emfLines(
    watchedFunctions.map((of) => heartbeat("prod", of)),
    { ...frame, dimensions: { Environment: "prod" } },
  );
  const alarms = planDeadManAlarms({ namespace: "Snowmelt", environment: "prod" });
  expect(alarms).toHaveLength(3);
  for (const alarm of alarms) {
    expect(alarm).toMatchObject({ TreatMissingData: "breaching", Period: 60, EvaluationPeriods: 5 });
  }
  expect(readBack(lines)).toEqual(
    alarms.map(({ MetricName, Dimensions }) => ({
      name: MetricName,
      value: 1,
      unit: "Count",
      dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
    })),
  );
});

describe("freshness", () => {
  const hour = 3_600_000;
  const promise = { environment: "prod", pipeline: "flights", dataset: "airports", freshnessMs: hour, sinceMs: 0 };

  test("is kept up to the last millisecond that was promised", () => {
    expect(checkFreshness(promise, 5 * hour, 6 * hour)).toMatchObject({ isFresh: true, command: { type: "recover" } });
    expect(checkFreshness(promise, 5 * hour, 6 * hour + 1)).toMatchObject({
      isFresh: false,
      command: { type: "raise", severity: "error", dedupKey: "prod/flights/airports/freshness" },
      metric: { name: "FreshnessAge", value: hour + 1 },
    });
  });

  test("is promised of every dataset, as the definition has it", () => {
    const { sla: _, ...silent } = parsed();
    const definition = parseDefinition({ ...silent, sla: { freshness: "60 minutes" } });
    const since = { environment: "prod", sinceMs: 7 };
    expect(planFreshness(definition, since)).toContainEqual({ ...promise, dataset: "flights", sinceMs: 7 });
    expect(planFreshness(definition, since)).toHaveLength(Object.keys(definition.datasets).length);
    expect(planFreshness(silent, since)).toEqual([]);
  });

  test("is missed where nothing ever ran, once there was time for it", () => {
    const young = { ...promise, sinceMs: 10 * hour };
    expect(checkFreshness(young, undefined, 10.5 * hour).isFresh).toBe(true);
    expect(checkFreshness(young, undefined, 12 * hour).command).toMatchObject({
      type: "raise",
      summary: expect.stringContaining("never been published, 2 hours ago"),
    });
  });

  test("is not gained by a clock that goes back", () => {
    expect(checkFreshness(promise, 5 * hour, 4 * hour)).toMatchObject({ isFresh: true, metric: { value: 0 } });
  });
});
