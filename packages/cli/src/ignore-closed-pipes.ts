/** The part of an output stream that is needed. */
export interface Pipe {
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * A reader that goes away, such as `head`, ends nothing: what was asked for is done, and the exit code says what it came to.
 * What is written from then on is lost. Any other failure to write is thrown.
 */
export function ignoreClosedPipes(pipes: readonly Pipe[]): void {
  for (const pipe of pipes) {
    pipe.on("error", (error) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
