import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

const datasets = Array.from({ length: 1000 }, (_, index) => `dataset${index}`);

test("10,000 runs over 1,000 datasets in one world commit each window once and keep every promise", async () => {
  const result = await simulate(1, { runs: 10_000, datasets, isWide: true });
  const { violations, statuses, events, operations, faults } = result;
  expect(violations).toEqual([]);
  const succeeded = statuses.filter((status) => status === "succeeded").length;
  console.log({ runs: result.runs, succeeded, events, operations, faults });
  expect(statuses).toHaveLength(10_000);
  expect(succeeded).toBeGreaterThan(8000);
}, 900_000);
