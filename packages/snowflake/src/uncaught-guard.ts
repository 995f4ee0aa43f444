const reading = new Set<(error: unknown) => void>();

/** Where the driver parses chunks and hands rows on; the names hold when a bundler has moved the files. */
const driverFrames = /[\\/]snowflake-sdk[\\/]|\bonResultStreamData\b|\bprocessRowBuffer\b/;

/**
 * While rows are read, catches what the driver throws from a tick of its own and nobody else can catch: a chunk that came in
 * advance and does not parse, a cell it cannot convert. Left alone, that ends the process. Which read it belongs to is not
 * told, so every read in flight fails with it and tries anew. Any other error goes its usual way. Returns the release.
 */
export function guardReading(fail: (error: unknown) => void): () => void {
  reading.add(fail);
  if (!installed && !process.hasUncaughtExceptionCaptureCallback()) {
    process.setUncaughtExceptionCaptureCallback(capture);
    installed = true;
  }
  return () => {
    reading.delete(fail);
    if (reading.size === 0) uninstall();
  };
}

let installed = false;

function uninstall(): void {
  if (installed) process.setUncaughtExceptionCaptureCallback(null);
  installed = false;
}

function capture(error: unknown): void {
  if (error instanceof Error && driverFrames.test(error.stack ?? "")) {
    for (const fail of [...reading]) fail(error);
    return;
  }
  uninstall();
  process.nextTick(() => {
    throw error;
  });
}
