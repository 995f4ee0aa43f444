/** The signals of this process as an AbortSignal. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

export interface InterruptionOptions {
  /** Called once, at the first signal. */
  readonly onAbort: () => void;
  /** Called at a second one: someone does not want to wait. */
  readonly onImpatience: () => void;
  readonly nowMs?: () => number;
}

/** A terminal and a parent process may both pass on the same Ctrl-C. */
const sameSignalMs = 500;

/** Aborts at SIGINT, SIGTERM or SIGHUP, until disposed. */
export function abortOnSignal({ onAbort, onImpatience, nowMs = Date.now }: InterruptionOptions): Interruption {
  const controller = new AbortController();
  let firstAtMs: number | null = null;
  const stop = (name: NodeJS.Signals): void => {
    if (firstAtMs === null) {
      firstAtMs = nowMs();
      controller.abort(new DOMException(`${name} received.`, "AbortError"));
      onAbort();
    } else if (nowMs() - firstAtMs > sameSignalMs) {
      onImpatience();
    }
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, stop);
    },
  };
}
