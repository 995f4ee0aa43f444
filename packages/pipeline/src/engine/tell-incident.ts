import {
  decideIncident,
  type EscalationPolicy,
  type IncidentEvent,
  type IncidentState,
  incidentDueAtMs,
  type Notification,
  notificationKey,
} from "@snowmelt/core/engine";
import type { Clock, Logger } from "@snowmelt/core/ports";
import { engineError } from "./engine-error.ts";
import type { VersionedStore } from "./versioned-store.ts";

export interface IncidentPorts {
  readonly incidents: VersionedStore<IncidentState>;
  /** Of the pipeline and environment that the key names. */
  readonly policyOf: (dedupKey: string) => Promise<EscalationPolicy>;
  /** Resolves once it cannot get lost any more; rejects where it is to be sent again later. Called at least once each. */
  readonly notify: (notification: Notification) => Promise<void>;
  readonly clock: Pick<Clock, "nowMs">;
  readonly logger: Logger;
}

const maxTries = 50;

/**
 * Tells an incident of an event, and then those whom it concerns. What is to be sent is stored with the incident first, so that
 * whoever dies in between leaves it to the next who looks. Safe to repeat under the same event id.
 */
export async function tellIncident(
  ports: IncidentPorts,
  dedupKey: string,
  event: IncidentEvent,
): Promise<IncidentState | undefined> {
  const policy = await ports.policyOf(dedupKey);
  const { state, notifications } = await change(ports, dedupKey, (before) => decideIncident(policy, before, event));
  return notifications.length === 0 ? state : send(ports, dedupKey, notifications);
}

/** Has the incident look at the clock: the next level is told, and what could not be sent is sent again. */
export async function tickIncident(ports: IncidentPorts, dedupKey: string): Promise<void> {
  const atMs = ports.clock.nowMs();
  await tellIncident(ports, dedupKey, { id: `tick/${dedupKey}/${atMs}`, type: "ticked", atMs });
}

async function send(
  ports: IncidentPorts,
  dedupKey: string,
  notifications: readonly Notification[],
): Promise<IncidentState | undefined> {
  const { clock, logger, notify, policyOf } = ports;
  const keys: string[] = [];
  for (const notification of notifications) {
    try {
      await notify(notification);
      keys.push(notificationKey(notification));
    } catch (error) {
      const { channel, action } = notification;
      logger.log("warn", `Could not ${action} ${dedupKey} on ${channel}; it is sent again.`, { error: nameOf(error) });
    }
  }
  const atMs = clock.nowMs();
  const policy = await policyOf(dedupKey);
  const told = { id: `told/${dedupKey}/${atMs}/${keys.join()}`, type: "told", atMs, keys } as const;
  return (await change(ports, dedupKey, (before) => decideIncident(policy, before, told))).state;
}

async function change(
  { incidents }: IncidentPorts,
  dedupKey: string,
  decided: (before: IncidentState | undefined) => ReturnType<typeof decideIncident>,
): Promise<ReturnType<typeof decideIncident>> {
  for (let tries = 0; tries < maxTries; tries++) {
    const found = await incidents.read(dedupKey);
    const decision = decided(found?.value);
    if (!decision.state || decision.state === found?.value) return decision;
    const { state } = decision;
    const write = { value: state, before: found?.version ?? 0, deadlineAtMs: incidentDueAtMs(state) };
    if (await incidents.write(dedupKey, write)) return decision;
  }
  throw engineError("RUN_CONTENDED", `An event of incident ${dedupKey} lost against others ${maxTries} times.`);
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
