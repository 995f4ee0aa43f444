import { seededRandom } from "@snowmelt/core/ports";

export interface Chance {
  /** True with the probability. */
  once(probability: number): boolean;
  /** As `once`, of something that goes wrong: no more than the world may have, and not those that are left out. */
  fault(probability: number): boolean;
  between(low: number, high: number): number;
  oneOf<T>(list: readonly T[]): T;
  uuid(): string;
  float(): number;
  /** That happened. */
  readonly faults: number;
}

export interface FaultLimits {
  readonly maxFaults?: number;
  /** By their number. */
  readonly leftOut?: ReadonlySet<number>;
}

export function openChance(seed: number, { maxFaults = Number.POSITIVE_INFINITY, leftOut }: FaultLimits): Chance {
  const random = seededRandom(seed);
  let [faults, ids] = [0, 0];
  return {
    once: (probability) => random.float() < probability,
    fault(probability) {
      if (random.float() >= probability) return false;
      const number = faults++;
      return number < maxFaults && !leftOut?.has(number);
    },
    between: (low, high) => low + random.float() * (high - low),
    oneOf(list) {
      const found = list[Math.floor(random.float() * list.length)];
      if (found === undefined) throw new RangeError("nothing to choose from");
      return found;
    },
    uuid: () => `id${ids++}`,
    float: random.float,
    get faults() {
      return faults;
    },
  };
}
