/** One writer at a time, in the order of asking. A waiter that is aborted leaves the queue. */
export interface WriteLock {
  acquire(signal: AbortSignal): Promise<() => void>;
}

export function openWriteLock(): WriteLock {
  let tail: Promise<void> = Promise.resolve();
  return {
    acquire: async (signal) => {
      const turn = tail;
      const { promise, resolve } = Promise.withResolvers<void>();
      tail = turn.then(() => promise);
      try {
        await abortable(turn, signal);
      } catch (error) {
        turn.then(resolve);
        throw error;
      }
      return resolve;
    },
  };
}

function abortable(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  turn.then(() => {
    signal.removeEventListener("abort", abort);
    resolve();
  });
  return promise;
}
