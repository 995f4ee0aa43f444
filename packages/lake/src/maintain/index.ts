export {
  type CompactionCommit,
  type CompactionReport,
  type CompactTableOptions,
  compactTable,
} from "./compact-table.ts";
export type { Deleted } from "./delete-files.ts";
export type { ErasedKey } from "./erase-key.ts";
export { type EraseOptions, type ErasureReport, eraseRows } from "./erase-rows.ts";
export { type ErasureRecord, erasedDigest, readErasureRecords } from "./erasure-record.ts";
export type { KeyHolder } from "./key-holders.ts";
export { type CompactionGroup, type CompactionQuestion, planCompaction } from "./plan-compaction.ts";
export { planRestore, type RestoredLane, type RestorePlan } from "./plan-restore.ts";
export { type DatedObject, planVacuum, type TableObject, type VacuumPlan, type VacuumQuestion } from "./plan-vacuum.ts";
export { type RestoreOptions, type RestoreOutcome, restoreTable } from "./restore-table.ts";
export { isLiveLane, tableLanes } from "./table-lanes.ts";
export { type VacuumOptions, type VacuumReport, vacuumTable } from "./vacuum-table.ts";
