/** Lets so many run at a time; the others wait their turn, or leave the queue when they are aborted. */
export type Gate = <T>(run: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

export function openGate(limit: number): Gate {
  const waiting: (() => void)[] = [];
  let free = limit;

  const enter = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(admit), 1);
        reject(signal?.reason);
      };
      const admit = (): void => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      waiting.push(admit);
      signal?.addEventListener("abort", leave, { once: true });
    });

  return async (run, signal) => {
    signal?.throwIfAborted();
    if (free > 0) free--;
    else await enter(signal);
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
