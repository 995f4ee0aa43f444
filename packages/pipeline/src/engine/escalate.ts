import { type BreakerIncidentPorts, tellBreakers } from "./breaker-incidents.ts";
import { eachPage } from "./each-page.ts";
import { tickIncident } from "./tell-incident.ts";

export interface EscalateOptions {
  /** Nothing new is begun after it. */
  readonly deadlineAtMs?: number;
  /** Looked at together. */
  readonly pageSize?: number;
}

export interface EscalateReport {
  /** Incidents that looked at the clock. */
  readonly incidents: number;
  readonly failed: number;
  /** False where the time was up before everything was looked at. */
  readonly isComplete: boolean;
}

/**
 * Has the incidents look at the clock: the next level of what nobody acknowledged is told, what could not be sent is sent again, and
 * services that are left alone, or work again, are told of. Meant for every minute, apart from the reconciler, so that alerts wait for
 * no run; any number of them at once do no harm. One that cannot be told keeps none of the others waiting.
 */
export async function escalate(ports: BreakerIncidentPorts, options: EscalateOptions = {}): Promise<EscalateReport> {
  const { incidents, clock, logger } = ports;
  const { deadlineAtMs = Number.POSITIVE_INFINITY, pageSize = 100 } = options;
  const sums = { incidents: 0, failed: 0 };
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      sums.failed++;
      const name = error instanceof Error ? error.name : typeof error;
      logger.log("error", `Nobody could be told of ${what}; the next minute tries again.`, { error: name });
    }
  };
  await attempt("the breakers", () => tellBreakers(ports));
  const isComplete = await eachPage(
    (limit) => incidents.due(clock.nowMs(), limit),
    { pageSize, isTime: () => clock.nowMs() < deadlineAtMs, idOf: (name) => name },
    (name) =>
      attempt(`incident ${name}`, async () => {
        await tickIncident(ports, name);
        sums.incidents++;
      }),
  );
  return { ...sums, isComplete };
}
