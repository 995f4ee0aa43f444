export { breakerIncident } from "./breaker-incidents.ts";
export type { Announcement, CarriedOut } from "./carry-out.ts";
export {
  type CommandCall,
  type CommandOutcome,
  type CommandPorts,
  carryOutCommand,
  type Receipts,
  type StageRunners,
  StageStopped,
  type StartClaims,
  toFailedReply,
} from "./carry-out-command.ts";
export { type CommandCarrier, CommandMessage, StageCommand } from "./command-message.ts";
export type { EventOutcome, RequestedEvent } from "./drive-run.ts";
export { type Engine, type EnginePorts, openEngine } from "./engine.ts";
export { engineError } from "./engine-error.ts";
export type { EngineStores } from "./engine-stores.ts";
export type { EscalateOptions, EscalateReport } from "./escalate.ts";
export { failedTry } from "./failed-try.ts";
export { guardRunner } from "./guard-runner.ts";
export { type InProcessCarrier, type InProcessPorts, openInProcessCarrier } from "./in-process-carrier.ts";
export type { LeaseClaim, LeaseHolder, LeaseStore } from "./lease-store.ts";
export { quietPolicy } from "./quiet-policy.ts";
export type { ReconcileOptions, ReconcileReport } from "./reconcile.ts";
export { type RefusalPorts, refuseUnwired } from "./refuse-unwired.ts";
export type {
  AuditEntry,
  ForgetOptions,
  OutboxItem,
  RunChange,
  RunChangeOutcome,
  RunFilter,
  RunStore,
  StoredRun,
} from "./run-store.ts";
export { type RunToEndOptions, runToEnd } from "./run-to-end.ts";
export { verdictOfError, verdictOfFailure } from "./service-verdict.ts";
export type {
  ObserveCommand,
  StageCall,
  StageReply,
  StageRunner,
  StartCommand,
  StopCommand,
} from "./stage-runner.ts";
export { storeEvent } from "./store-event.ts";
export { exportStores, type Restored, type RestoredStores, restoreStores } from "./stores/export-stores.ts";
export { openFileStores } from "./stores/file-stores.ts";
export { openMemoryStores } from "./stores/memory-stores.ts";
export type { ArchivedStores, DocumentRecord, LeaseRecord, RunRecord, StoreArchive } from "./stores/store-archive.ts";
export type { CallCounter, Versioned, VersionedStore } from "./versioned-store.ts";
export { type Breaker, type BreakerPorts, type CallVerdict, type CallVerdictOf, openBreaker } from "./with-breaker.ts";
