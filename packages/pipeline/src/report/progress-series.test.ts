import { expect, test } from "vitest";
import type { RunEvent } from "../run-event.ts";
import { progressSeries } from "./progress-series.ts";

const progress = (atMs: number, rows: number, stage: "land" | "verify" = "land"): RunEvent => ({
  kind: "progress",
  runId: "r",
  dataset: "flights",
  atMs,
  stage,
  rows,
  rowsExpected: null,
  bytesWritten: rows * 10,
  rssBytes: 1000 + rows,
});

test("a line begins at nothing when its dataset begins and never falls", () => {
  const events: RunEvent[] = [
    { kind: "datasetStarted", runId: "r", dataset: "flights", atMs: 1100 },
    progress(1200, 50),
    progress(1300, 20),
    progress(1400, 80),
  ];
  const { datasets, durationMs } = progressSeries(events, 1000, 2000);
  expect(durationMs).toBe(1000);
  expect(datasets[0]?.rows.map(({ elapsedMs, value }) => [elapsedMs, value])).toEqual([
    [100, 0],
    [200, 50],
    [300, 50],
    [400, 80],
  ]);
});

test("only rows that move count, but memory is that of every stage", () => {
  const { datasets, rssBytes } = progressSeries([progress(1, 10), progress(2, 0, "verify")], 0, 10);
  expect(datasets[0]?.rows).toHaveLength(1);
  expect(rssBytes).toHaveLength(2);
});

test("a long run is thinned, its peak and its end are kept", () => {
  const events = Array.from({ length: 20_000 }, (_, index) => progress(index, index));
  events[7321] = { ...events[7321], kind: "progress", rssBytes: 9_999_999 } as RunEvent;
  const { datasets, rssBytes } = progressSeries(events, 0, 20_000);
  expect(rssBytes.length).toBeLessThanOrEqual(242);
  expect(Math.max(...rssBytes.map(({ value }) => value))).toBe(9_999_999);
  expect(datasets[0]?.rows.at(-1)?.value).toBe(19_999);
});

test("events outside the run's time lie at its edges", () => {
  const { datasets } = progressSeries([progress(-50, 1), progress(5000, 2)], 0, 100);
  expect(datasets[0]?.rows.map(({ elapsedMs }) => elapsedMs)).toEqual([0, 100]);
});
