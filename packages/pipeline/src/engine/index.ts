export type { EngineStores } from "./engine-stores.ts";
export type { LeaseClaim, LeaseHolder, LeaseStore } from "./lease-store.ts";
export type {
  AuditEntry,
  OutboxItem,
  RunChange,
  RunChangeOutcome,
  RunFilter,
  RunStore,
  StoredRun,
} from "./run-store.ts";
export type {
  ObserveCommand,
  StageCall,
  StageReply,
  StageRunner,
  StartCommand,
  StopCommand,
} from "./stage-runner.ts";
export { openMemoryStores } from "./stores/memory-stores.ts";
export type { ArchivedStores, DocumentRecord, LeaseRecord, RunRecord, StoreArchive } from "./stores/store-archive.ts";
export type { CallCounter, Versioned, VersionedStore } from "./versioned-store.ts";
