import type { RunEvent } from "@snowmelt/pipeline";
import { expect, test } from "vitest";
import { applyEvent, currentRowsPerSecond, currentStage, noProgress, remainingMs } from "./progress-state.ts";

const of = (atMs: number) => ({ runId: "r", dataset: "flights", atMs });
const rows = (atMs: number, count: number, rowsExpected: number | null = 1000): RunEvent => ({
  kind: "progress",
  ...of(atMs),
  stage: "land",
  rows: count,
  rowsExpected,
  bytesWritten: count,
  rssBytes: 1,
});
const after = (...events: readonly RunEvent[]) => {
  const [dataset] = events.reduce(applyEvent, noProgress).datasets;
  if (dataset === undefined) throw new Error("no dataset");
  return dataset;
};

test("speed is that of the last five seconds, not of the whole run", () => {
  const dataset = after(rows(0, 0), rows(1000, 500), rows(20_000, 510), rows(21_000, 520));
  expect(currentRowsPerSecond(dataset)).toBe(10);
  expect(remainingMs(dataset)).toBe(48_000);
});

test("nothing is said of the time left while nothing moves or the end is unknown", () => {
  expect(remainingMs(after(rows(0, 10), rows(1000, 10)))).toBeNull();
  expect(remainingMs(after(rows(0, 10, null), rows(1000, 20, null)))).toBeNull();
});

test("an attempt that starts over starts its speed over", () => {
  expect(currentRowsPerSecond(after(rows(0, 0), rows(1000, 900), rows(1200, 0)))).toBeNull();
});

test("of stages that overlap the one that lands is named", () => {
  const begin = (stage: "extract" | "land"): RunEvent => ({ kind: "stageStarted", ...of(0), stage });
  expect(currentStage(after(begin("land"), begin("extract")))).toBe("land");
  expect(currentStage(after(begin("extract")))).toBe("extract");
});

test("rows that are read again by a check do not count as landed", () => {
  const check: RunEvent = { ...rows(2000, 3), stage: "check" } as RunEvent;
  expect(after(rows(0, 0), rows(1000, 900), check).rows).toBe(900);
});

test("rows of the table that a merge reads are counted by themselves, and the bytes in the end are those committed", () => {
  const merge: RunEvent = { ...rows(2000, 3, 10), stage: "merge" } as RunEvent;
  const end: RunEvent = { kind: "datasetFinished", ...of(9), outcome: "committed", durationMs: 9, bytesWritten: 7 };
  const dataset = after(rows(0, 0), rows(1000, 900), merge, end);
  expect(dataset).toMatchObject({ rows: 900, bytes: 7, merged: { rows: 3, rowsExpected: 10 } });
});

test("a dataset that begins again in the same run starts from nothing", () => {
  const begin: RunEvent = { kind: "datasetStarted", ...of(0) };
  const end: RunEvent = { kind: "datasetFinished", ...of(9), outcome: "committed", durationMs: 9, bytesWritten: 7 };
  const { datasets } = [begin, rows(1, 10), end, begin].reduce(applyEvent, noProgress);
  expect(datasets).toEqual([expect.objectContaining({ dataset: "flights", rows: 0, outcome: null })]);
});
