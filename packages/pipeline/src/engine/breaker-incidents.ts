import type { BreakerState } from "@snowmelt/core/engine";
import { type IncidentPorts, tellIncident } from "./tell-incident.ts";
import type { VersionedStore } from "./versioned-store.ts";

/** The incident of a service that is left alone. */
export const breakerIncident = (name: string): string => `breaker/${name}`;

/**
 * Tells the incidents how the breakers are, whoever turned them and died before telling. Looks at states, not at events, so that a
 * repeat says nothing new.
 */
export async function tellBreakers(
  ports: IncidentPorts & { readonly breakers: VersionedStore<BreakerState> },
): Promise<void> {
  for await (const { name, value } of ports.breakers.list()) {
    if (value.generation === 0) continue;
    const dedupKey = breakerIncident(name);
    const status = (await ports.incidents.read(dedupKey))?.value.status ?? "resolved";
    const common = { atMs: ports.clock.nowMs(), id: `${dedupKey}/${value.generation}` };
    if (value.isOpen && status === "resolved") {
      const summary = `${name} fails too often and is left alone; a call is tried every ${Math.ceil(value.openMs / 1000)} s.`;
      await tellIncident(ports, dedupKey, { ...common, type: "raised", dedupKey, severity: "error", summary });
    }
    if (!value.isOpen && status !== "resolved") {
      await tellIncident(ports, dedupKey, { ...common, type: "recovered" });
    }
  }
}
