/**
 * Virtual time: what is due is done in the order of its time, one thing a step. Whoever steps lets all promises come to rest in
 * between, so that the same seed gives the same world. Nothing waits for a real clock.
 */
export interface EventLoop {
  readonly nowMs: number;
  after(delayMs: number, run: () => void): void;
  /** False once nothing is due any more, or the time is up. */
  step(untilMs: number): boolean;
}

export function openEventLoop(): EventLoop {
  const heap: { atMs: number; order: number; run: () => void }[] = [];
  let [nowMs, order] = [0, 0];
  const isBefore = (a: number, b: number): boolean => {
    const [one, other] = [heap[a], heap[b]];
    return one !== undefined && other !== undefined && (one.atMs - other.atMs || one.order - other.order) < 0;
  };
  const swap = (a: number, b: number): void => {
    const [one, other] = [heap[a], heap[b]];
    if (one && other) [heap[a], heap[b]] = [other, one];
  };
  const pop = () => {
    const first = heap[0];
    const last = heap.pop();
    if (last && first !== last) heap[0] = last;
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const least = isBefore(right, left) ? right : left;
      if (!isBefore(least, at)) return first;
      swap(least, at);
      at = least;
    }
  };
  return {
    get nowMs() {
      return nowMs;
    },
    after(delayMs, run) {
      heap.push({ atMs: nowMs + Math.max(0, Math.floor(delayMs)), order: order++, run });
      for (let at = heap.length - 1; at > 0 && isBefore(at, (at - 1) >> 1); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
    },
    step(untilMs) {
      const next = pop();
      if (!next || next.atMs > untilMs) return false;
      nowMs = next.atMs;
      next.run();
      return true;
    },
  };
}
