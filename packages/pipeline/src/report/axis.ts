/** A linear mapping of `[0, max]` to `[from, to]` with round steps. */
export interface Axis {
  readonly max: number;
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

/** For whole amounts. Steps are 1, 2, 2.5 or 5 times a power of ten; the axis ends at the first step at or above `largest`. */
export function linearAxis(largest: number, range: readonly [from: number, to: number], wantedTicks = 4): Axis {
  const safe = largest > 0 && Number.isFinite(largest) ? largest : 1;
  const step = roundStep(safe / wantedTicks);
  const steps = Math.max(1, Math.ceil(safe / step - 1e-9));
  return axis(step * steps, step, steps, range);
}

/** For time: the axis ends where the data does, so that lines fill the plot. */
export function timeAxis(durationMs: number, range: readonly [from: number, to: number], wantedTicks = 4): Axis {
  const safe = durationMs > 0 && Number.isFinite(durationMs) ? durationMs : 1;
  const step = timeSteps.find((candidate) => safe / candidate <= wantedTicks) ?? roundStep(safe / wantedTicks);
  return axis(safe, step, Math.floor(safe / step), range);
}

const timeSteps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000,
];

function axis(max: number, step: number, steps: number, [from, to]: readonly [from: number, to: number]): Axis {
  return {
    max,
    ticks: Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12))),
    at: (value) => round(from + (Math.min(Math.max(value, 0), max) / max) * (to - from)),
  };
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** SVG coordinates to a hundredth: short text, the same on every machine. */
export const round = (value: number): number => Math.round(value * 100) / 100;
