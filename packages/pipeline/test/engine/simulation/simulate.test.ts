import { expect, test } from "vitest";
import { simulate, simulateMany } from "./simulate.ts";

const seeds = Number(process.env.SNOWMELT_SIMULATIONS ?? 2000);
const first = Number(process.env.SNOWMELT_SEED ?? 1);

test(`${seeds} worlds with every fault there is keep every promise`, { timeout: 180_000 }, async () => {
  const range = Array.from({ length: seeds }, (_, index) => first + index);
  for await (const { seed, violations } of simulateMany(range)) {
    expect(violations, `npm run simulate -- --seed ${seed} --runs 1`).toEqual([]);
  }
});

test("the same seed gives the same world", async () => {
  const [one, other] = [await simulate(7, { isTraced: true }), await simulate(7, { isTraced: true })];
  expect(one.trace.length).toBeGreaterThan(50);
  expect(other.trace).toEqual(one.trace);
});
