import { expect, test } from "vitest";
import { checkDuration } from "./check-duration.ts";

const minute = 60_000;
const promise = { environment: "prod", pipeline: "flights", durationMs: 30 * minute };
const dedupKey = "prod/flights/duration";
const run = (runId: string, requestedAtMs: number, more: object = {}) => ({
  ...{ runId, environment: "prod", pipeline: "flights", status: "running" as const, requestedAtMs },
  ...more,
});

test("a run within its time is good news, as is none at all", () => {
  expect(checkDuration(promise, [run("a", 0)], 30 * minute)).toEqual({ type: "recover", dedupKey });
  expect(checkDuration(promise, [], 0)).toEqual({ type: "recover", dedupKey });
});

test("the run that takes longest is told of, paused or not", () => {
  const told = checkDuration(promise, [run("b", 5 * minute), run("a", 0, { status: "paused" })], 45 * minute + 1);
  expect(told).toEqual({
    type: "raise",
    dedupKey,
    severity: "warning",
    summary: "Run a of flights in prod is paused for 45 minutes; it is promised to take 30 minutes at most.",
  });
});

test("runs that have ended, and those of others, are left aside", () => {
  const others = [
    run("ended", 0, { status: "failed" }),
    run("elsewhere", 0, { environment: "dev" }),
    run("other", 0, { pipeline: "orders" }),
  ];
  expect(checkDuration(promise, others, 90 * minute)).toEqual({ type: "recover", dedupKey });
});
