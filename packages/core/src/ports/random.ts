import { randomUUID } from "node:crypto";

export interface Random {
  /** RFC 9562 UUID. */
  uuid(): string;
  /** Uniform in [0, 1). */
  float(): number;
}

/** This machine's randomness; its numbers are not for secrets. */
export const systemRandom: Random = { uuid: () => randomUUID(), float: () => Math.random() };

/** The same sequence for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => Math.floor(float() * 16).toString(16)).join("");
  return {
    float,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab"[Math.floor(float() * 4)]}${hex(3)}-${hex(12)}`,
  };
}
