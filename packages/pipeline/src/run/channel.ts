/** A queue between one producer and one consumer that holds at most `capacity` items: `send` waits while it is full. */
export interface Channel<T> extends AsyncIterable<T> {
  send(item: T): Promise<void>;
  /** No more items; the consumer ends after the last one. */
  close(): void;
  /** The consumer is gone: everything sent from now on throws `error`. */
  fail(error: unknown): void;
}

export function openChannel<T>(capacity = 1): Channel<T> {
  const items: T[] = [];
  let closed = false;
  let failure: { error: unknown } | undefined;
  let wake: (() => void)[] = [];
  const changed = (): Promise<void> => new Promise((resolve) => wake.push(resolve));
  const notify = (): void => {
    const waiting = wake;
    wake = [];
    for (const resolve of waiting) resolve();
  };
  return {
    async send(item) {
      while (items.length >= capacity && !failure) await changed();
      if (failure) throw failure.error;
      items.push(item);
      notify();
    },
    close() {
      closed = true;
      notify();
    },
    fail(error) {
      failure ??= { error };
      notify();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) {
          notify();
          yield item;
        } else if (closed) return;
        else await changed();
      }
    },
  };
}
