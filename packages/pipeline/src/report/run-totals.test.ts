import { expect, test } from "vitest";
import { sampleRun, sampleStartedAtMs } from "../../test/report/sample-run.ts";
import { movingMs, runTotals } from "./run-totals.ts";

test("a dataset moves from the first row asked for to the last one landed; without rows it takes the time it took", () => {
  const [flights, airports] = sampleRun().manifest.datasets;
  if (flights === undefined || airports === undefined) throw new Error("the sample has two datasets");
  expect(movingMs(flights)).toBe(19_300 - 720);
  expect(movingMs(airports)).toBe(airports.durationMs);
  expect(sampleStartedAtMs).toBeLessThan(flights.stages[0]?.startedAtMs ?? 0);
});

test("a run comes to the sum of its datasets, but to the highest memory", () => {
  expect(runTotals(sampleRun().manifest)).toEqual({
    rowsExtracted: 3_000_000,
    bytesWritten: 31_411_904,
    files: 6,
    checks: 6,
    checksPassed: 6,
    peakRssBytes: 412_000_000,
    durationMs: 20_600,
  });
});
