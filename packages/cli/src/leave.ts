/**
 * Ends the process with this exit code as soon as nothing is left to do, and within a second all the same: the driver keeps
 * timers for a connection that it could not close because the server is gone.
 */
export function leave(code: number): void {
  process.exitCode = code;
  setTimeout(() => process.exit(), 1000).unref();
}
