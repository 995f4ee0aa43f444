import { coreError } from "@snowmelt/core/errors";

/** The signals of this process as an AbortSignal. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/** A terminal and a parent process may both pass on the same Ctrl-C. */
const sameSignalMs = 500;

/** Aborts at SIGINT, SIGTERM or SIGHUP, until disposed. At a second one someone does not want to wait: `onImpatience`. */
export function abortOnSignal(onImpatience: () => void, nowMs: () => number = Date.now): Interruption {
  const controller = new AbortController();
  let firstAtMs: number | null = null;
  const stop = (name: NodeJS.Signals): void => {
    if (firstAtMs === null) {
      firstAtMs = nowMs();
      controller.abort(coreError("ABORTED", `Stopped by ${name} before it was done.`));
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
