import type { FaultLimits } from "./chance.ts";
import { simulate } from "./simulate.ts";

/** Single faults are tried to be left out only where so many are left at most. */
const maxSingles = 80;

/** Fewer faults under which the world of the seed is still broken: first the later ones go, then one after the other. */
export async function shrink(seed: number): Promise<FaultLimits> {
  const isBroken = async (limits: FaultLimits): Promise<boolean> =>
    (await simulate(seed, limits)).violations.length > 0;
  const { faults } = await simulate(seed);
  let [low, high] = [0, faults];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isBroken({ maxFaults: middle })) high = middle;
    else low = middle + 1;
  }
  if (!(await isBroken({ maxFaults: high }))) return {};
  if (high > maxSingles) return { maxFaults: high };
  let leftOut: ReadonlySet<number> = new Set();
  for (let fault = 0; fault < high; fault++) {
    const fewer = new Set([...leftOut, fault]);
    if (await isBroken({ maxFaults: high, leftOut: fewer })) leftOut = fewer;
  }
  return { maxFaults: high, leftOut };
}
