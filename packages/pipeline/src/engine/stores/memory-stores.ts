import type { BreakerState, IncidentState } from "@snowmelt/core/engine";
import { openMemoryCalls } from "./memory-calls.ts";
import { openMemoryDocuments } from "./memory-documents.ts";
import { openMemoryLeases } from "./memory-leases.ts";
import { openMemoryRuns } from "./memory-runs.ts";
import type { ArchivedStores } from "./store-archive.ts";

/**
 * The engine's stores in memory, honouring the whole contract, for tests, simulation and runs that need not outlive their process.
 * What is given to them is frozen, so that neither its giver nor whoever is handed it can change what is stored.
 */
export function openMemoryStores(): ArchivedStores {
  const { runs, ...runArchive } = openMemoryRuns();
  const { leases, ...leaseArchive } = openMemoryLeases();
  const { documents: incidents, ...incidentArchive } = openMemoryDocuments<IncidentState>();
  const { documents: breakers, ...breakerArchive } = openMemoryDocuments<BreakerState>();
  return {
    runs,
    leases,
    incidents,
    breakers,
    calls: openMemoryCalls(),
    archive: {
      runs: () => each(runArchive.records),
      leases: () => each(leaseArchive.records),
      incidents: () => each(incidentArchive.records),
      breakers: () => each(breakerArchive.records),
      putRun: async (run) => runArchive.put(run),
      putLease: async (lease) => leaseArchive.put(lease),
      putIncident: async (incident) => incidentArchive.put(incident),
      putBreaker: async (breaker) => breakerArchive.put(breaker),
    },
  };
}

async function* each<T>(records: () => readonly T[]): AsyncGenerator<T> {
  yield* records();
}
