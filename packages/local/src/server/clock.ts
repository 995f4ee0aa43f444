/** The server's time, which tests may shift to let tokens, URLs and results expire. */
export interface ServerClock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Microseconds since the epoch, never the same twice, so no two statements share a version. */
  nowMicros(): bigint;
  /** Moves the clock forward by `ms` milliseconds. */
  advance(ms: number): void;
}

/** A clock `offsetMs` milliseconds ahead of the machine's. */
export function openServerClock(offsetMs: number): ServerClock {
  let shiftMs = offsetMs;
  let lastMicros = 0n;
  const nowMs = () => Date.now() + shiftMs;
  return {
    nowMs,
    nowMicros() {
      const micros = BigInt(Math.trunc(nowMs())) * 1000n;
      lastMicros = micros > lastMicros ? micros : lastMicros + 1n;
      return lastMicros;
    },
    advance(ms) {
      shiftMs += ms;
    },
  };
}
