/** Microseconds since 1970. */
export interface EngineClock {
  nowMicros(): bigint;
}

export const systemClock: EngineClock = {
  nowMicros: () => BigInt(Math.floor((performance.timeOrigin + performance.now()) * 1000)),
};

/**
 * The one order of moments: a commit is later than every moment handed out before it, and a moment handed out after
 * a commit is not earlier than it. So what `AT(TIMESTAMP => t)` shows never changes once `t` was read from the server.
 */
export interface StatementClock {
  /** The moment of a statement that the server started at `startedAtMicros`. */
  statement(startedAtMicros: bigint): bigint;
  /** A moment to commit at, later than all before. */
  commit(): bigint;
  /** Notes a moment that a statement read at, so that no later commit lands at or before it. */
  observe(micros: bigint): void;
  latest(): bigint;
}

export function openStatementClock(clock: EngineClock, lastMicros: bigint): StatementClock {
  let last = lastMicros;
  const raise = (micros: bigint) => {
    if (micros > last) last = micros;
    return last;
  };
  return {
    statement: raise,
    commit: () => {
      const now = clock.nowMicros();
      last = now > last ? now : last + 1n;
      return last;
    },
    observe: raise,
    latest: () => {
      const now = clock.nowMicros();
      if (now > last) return now;
      return last;
    },
  };
}
