import type { BreakerState, IncidentState } from "@snowmelt/core/engine";
import type { EngineStores } from "../engine-stores.ts";
import type { AuditEntry, OutboxItem, StoredRun } from "../run-store.ts";

/** A run with all that belongs to it. */
export interface RunRecord extends StoredRun {
  readonly audit: readonly AuditEntry[];
  /** What waits to be carried out, as often as it was taken. */
  readonly outbox: readonly OutboxItem[];
}

export interface LeaseRecord {
  readonly resource: string;
  /** Of the last claim: no later claim may get it again, whether or not the lease is held. */
  readonly fence: number;
  /** Null where it was released. */
  readonly holder: string | null;
  readonly expiresAtMs: number;
}

export interface DocumentRecord<T> {
  readonly name: string;
  readonly value: T;
  readonly version: number;
  readonly deadlineAtMs: number | null;
}

/** Reads and writes what is stored as it is, past the engine's rules: for export and restore. */
export interface StoreArchive {
  runs(): AsyncIterable<RunRecord>;
  leases(): AsyncIterable<LeaseRecord>;
  incidents(): AsyncIterable<DocumentRecord<IncidentState>>;
  breakers(): AsyncIterable<DocumentRecord<BreakerState>>;
  /** Each puts what is not there yet; false where something is, which stays. What is half put is put whole by a repeat. */
  putRun(run: RunRecord): Promise<boolean>;
  putLease(lease: LeaseRecord): Promise<boolean>;
  putIncident(incident: DocumentRecord<IncidentState>): Promise<boolean>;
  putBreaker(breaker: DocumentRecord<BreakerState>): Promise<boolean>;
}

export interface ArchivedStores extends EngineStores {
  readonly archive: StoreArchive;
}
