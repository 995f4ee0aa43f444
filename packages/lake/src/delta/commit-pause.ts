/** A try that lost its version to another commit. */
export interface LostTry {
  /** Versions lost in a row, this one included. */
  readonly lost: number;
  /** From reading the log to the refusal. */
  readonly tookMs: number;
}

/** A try of a few milliseconds, as in a folder, is not told from one of none. */
const leastTryMs = 5;
const mostTries = 32;
const mostMs = 10_000;

/**
 * Milliseconds before the next try, below which a random number is drawn. Of those who try at once one always wins, so
 * waiting costs nothing as long as a few are trying at any moment: the range doubles with each loss, in units of how long a
 * try takes here, up to what spreads a hundred committers. A store that is slow under their requests is asked less. Pure.
 */
export function pauseCeilingMs({ lost, tookMs }: LostTry): number {
  return Math.min(mostMs, Math.max(leastTryMs, tookMs) * Math.min(mostTries, 2 ** lost));
}
