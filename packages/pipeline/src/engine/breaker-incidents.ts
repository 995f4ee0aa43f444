import { metricOf } from "@snowmelt/core/alerts";
import type { BreakerState } from "@snowmelt/core/engine";
import type { Metrics } from "@snowmelt/core/ports";
import { type IncidentPorts, tellIncident } from "./tell-incident.ts";
import type { VersionedStore } from "./versioned-store.ts";

/** The incident of a service that is left alone. Those of two environments are two. */
export const breakerIncident = (name: string, environment?: string): string =>
  environment === undefined ? `breaker/${name}` : `${environment}/breaker/${name}`;

export interface BreakerIncidentPorts extends IncidentPorts {
  readonly breakers: VersionedStore<BreakerState>;
  readonly environment?: string | undefined;
  readonly metrics: Metrics;
}

/**
 * Tells the incidents how the breakers are, whoever turned them and died before telling. Looks at states, not at events, so that a
 * repeat says nothing new.
 */
export async function tellBreakers(ports: BreakerIncidentPorts): Promise<void> {
  const { breakers, clock, environment, incidents, metrics } = ports;
  for await (const { name, value } of breakers.list()) {
    metrics.record(metricOf("BreakerOpen", value.isOpen ? 1 : 0, { Breaker: name }));
    if (value.generation === 0) continue;
    const dedupKey = breakerIncident(name, environment);
    const status = (await incidents.read(dedupKey))?.value.status ?? "resolved";
    const common = { atMs: clock.nowMs(), id: `${dedupKey}/${value.generation}` };
    if (value.isOpen && status === "resolved") {
      const summary = `${name} fails too often and is left alone; a call is tried every ${Math.ceil(value.openMs / 1000)} s.`;
      const subject = environment === undefined ? {} : { subject: { environment } };
      await tellIncident(ports, dedupKey, {
        ...common,
        type: "raised",
        dedupKey,
        severity: "error",
        summary,
        ...subject,
      });
    }
    if (!value.isOpen && status !== "resolved") {
      await tellIncident(ports, dedupKey, { ...common, type: "recovered" });
    }
  }
}
