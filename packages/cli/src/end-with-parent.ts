/** The part of a process that knows its parent. */
export interface ChildProcess {
  readonly pid: number;
  /** Undefined where the parent opened none, and once it is closed. */
  readonly channel?: { unref(): void } | undefined;
  /** False once a channel that was there is closed. */
  readonly connected?: boolean | undefined;
  once(event: "disconnect", listener: () => void): unknown;
  kill(pid: number, signal: "SIGTERM"): unknown;
}

/**
 * Stops this process, as SIGTERM does, when the one that started it is gone: killed, it can pass on no signal. The channel
 * between them keeps neither alive. Without a channel nothing is watched.
 */
export function endWithParent(child: ChildProcess): void {
  const stop = (): void => void child.kill(child.pid, "SIGTERM");
  if (child.connected === false) stop();
  child.once("disconnect", stop);
  child.channel?.unref();
}
