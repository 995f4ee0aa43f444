import { type BreakerState, closedBreaker, type IncidentState } from "@snowmelt/core/engine";
import type { ContractCase } from "@snowmelt/core/ports/testing";
import type { EngineStores } from "../engine-stores.ts";
import { callCounterContract } from "./call-counter-contract.ts";
import { leaseStoreContract } from "./lease-store-contract.ts";
import { runStoreContract } from "./run-store-contract.ts";
import { versionedStoreContract } from "./versioned-store-contract.ts";

export interface StoresUnderContract {
  readonly stores: EngineStores;
  /** See RunStoreUnderContract. */
  readonly makeNewer?: (runId: string) => Promise<void>;
}

/** What all of the engine's stores must do, by the part that it is about. */
export function engineStoresContract(
  open: () => Promise<StoresUnderContract>,
): Readonly<Record<string, readonly ContractCase[]>> {
  const part =
    <K extends keyof EngineStores>(name: K) =>
    async (): Promise<EngineStores[K]> =>
      (await open()).stores[name];
  return {
    runs: runStoreContract(async () => {
      const { stores, makeNewer } = await open();
      return { runs: stores.runs, ...(makeNewer ? { makeNewer } : {}) };
    }),
    leases: leaseStoreContract(part("leases")),
    incidents: versionedStoreContract(part("incidents"), sampleIncident),
    breakers: versionedStoreContract(part("breakers"), sampleBreaker),
    calls: callCounterContract(part("calls")),
  };
}

export const sampleIncident = (number: number): IncidentState => ({
  version: number + 1,
  dedupKey: `dev/flights/${number}`,
  status: "open",
  severity: "error",
  summary: `it is wrong: ${number} ✗`,
  openedAtMs: 1000,
  count: 1,
  told: 1,
  goods: 0,
  acknowledgedBy: null,
  deadlineAtMs: 5000,
});

export const sampleBreaker = (number: number): BreakerState => ({
  ...closedBreaker,
  version: number,
  isOpen: true,
  probe: { id: `call-${number}`, expiresAtMs: 1000 },
});
