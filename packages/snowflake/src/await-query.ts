import type { Clock } from "@snowmelt/core/ports";

/** What a query's status means for who waits for it. */
export type QueryPhase = "running" | "unknown" | "success" | "failed";

/**
 * BLOCKED and RESTARTED are not failures, though the driver's own wait takes them for one. A status never heard of counts as
 * running: to give a query up that still runs could start a second copy.
 */
export function phaseOf(status: string): QueryPhase {
  switch (status) {
    case "SUCCESS":
      return "success";
    case "FAILED_WITH_ERROR":
    case "FAILED_WITH_INCIDENT":
    case "ABORTED":
    case "DISCONNECTED":
      return "failed";
    case "NO_DATA":
    case "NO_QUERY_DATA":
      return "unknown";
    default:
      return "running";
  }
}

export interface QueryProgress {
  readonly queryId: string;
  readonly status: string;
  readonly waitedMs: number;
}

export interface PollOptions {
  readonly queryId: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: QueryProgress) => void) | undefined;
  /** How long the server may know nothing of a query that was just submitted. */
  readonly unknownMs: number;
}

const firstDelayMs = 50;
const maxDelayMs = 5_000;

/** Asks for the status until the query has ended, ever more slowly (50 ms to 5 s), and returns the last phase. */
export async function pollQuery(
  readStatus: () => Promise<string>,
  { queryId, clock, signal, onProgress, unknownMs }: PollOptions,
): Promise<Exclude<QueryPhase, "running">> {
  const startMs = clock.monotonicMs();
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(maxDelayMs, delayMs * 1.5)) {
    const status = await readStatus();
    const waitedMs = clock.monotonicMs() - startMs;
    onProgress?.({ queryId, status, waitedMs });
    const phase = phaseOf(status);
    if (phase === "success" || phase === "failed") return phase;
    if (phase === "unknown" && waitedMs >= unknownMs) return phase;
    await clock.sleep(delayMs, signal);
  }
}
