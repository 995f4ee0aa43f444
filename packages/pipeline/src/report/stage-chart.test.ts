import { expect, test } from "vitest";
import { packLanes } from "./stage-chart.ts";

test("stages that overlap lie below one another, those that follow share a lane", () => {
  const lanes = packLanes([
    { stage: "land", startedAtMs: 15, durationMs: 100 },
    { stage: "plan", startedAtMs: 0, durationMs: 10 },
    { stage: "extract", startedAtMs: 10, durationMs: 90 },
    { stage: "verify", startedAtMs: 115, durationMs: 5 },
  ]);
  expect(lanes.map((lane) => lane.map(({ stage }) => stage))).toEqual([["plan", "extract", "verify"], ["land"]]);
});
