import { expect, test } from "vitest";
import { simulate } from "./simulate.ts";

const seeds = Number(process.env.SNOWMELT_SIMULATIONS ?? 1000);
const first = Number(process.env.SNOWMELT_SEED ?? 1);

test(`${seeds} worlds with every fault there is keep every promise`, () => {
  for (let seed = first; seed < first + seeds; seed++) {
    const { violations, trace } = simulate(seed);
    if (violations.length > 0) console.log(trace.join("\n"));
    expect(violations, `SNOWMELT_SEED=${seed} SNOWMELT_SIMULATIONS=1`).toEqual([]);
  }
});
