import type { BreakerState, IncidentState } from "@snowmelt/core/engine";
import type { LeaseStore } from "./lease-store.ts";
import type { RunStore } from "./run-store.ts";
import type { CallCounter, VersionedStore } from "./versioned-store.ts";

/** All that the engine keeps, behind one door: in memory, in a folder, in one DynamoDB table. */
export interface EngineStores {
  readonly runs: RunStore;
  readonly leases: LeaseStore;
  readonly incidents: VersionedStore<IncidentState>;
  readonly breakers: VersionedStore<BreakerState>;
  readonly calls: CallCounter;
}
