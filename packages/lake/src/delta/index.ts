export {
  type DataFile,
  type LandedFile,
  landBatches,
  openTableWriter,
  snapshotMicrosOf,
  type TableWriter,
  type TableWriterOptions,
  toAddFile,
} from "../land/index.ts";
export { readTableFile, type TableFile } from "../land/read-table-file.ts";
export {
  type MergeCounts,
  type MergeLandedOptions,
  type MergeOutcome,
  mergeLanded,
  openWindowKeys,
  type StagedMerge,
  type StageMergeOptions,
  stageMerge,
  type WindowKeys,
  type WindowKeysOptions,
} from "../merge/index.ts";
export { type LayoutPartition, planTableLayout, type TableLayout, toPartitionFolders } from "../partition/index.ts";
export {
  type ColumnRefusal,
  type FileRefusal,
  type RegisterOptions,
  type Registration,
  registerFiles,
  type StagedFile,
} from "../register/index.ts";
export { type ColumnStats, type FileStats, parseStats, toStatsJson } from "../stats/index.ts";
export {
  type Check,
  type ColumnTotals,
  compareProfiles,
  hashFile,
  type NotChecked,
  profileFiles,
  rowText,
  type SnapshotVerification,
  type VerificationReport,
  type VerifyFilesOptions,
  type VerifySnapshotOptions,
  verifyFiles,
  verifySnapshot,
} from "../verify/index.ts";
export type {
  Action,
  AddFile,
  CommitInfo,
  MetaData,
  PartitionValues,
  Protocol,
  RemoveFile,
  TableAction,
  Txn,
} from "./action.ts";
export type { LaneGuard } from "./check-lanes.ts";
export { type CleanedLog, cleanLog } from "./clean-log.ts";
export { type CommitConflict, type CommitOptions, type CommitOutcome, commitPlan } from "./commit.ts";
export type { CommitPlan, ConflictRule } from "./commit-plan.ts";
export { commitStaged, type StagedCommit } from "./commit-staged.ts";
export { compareSchema, type SchemaComparison } from "./compare-schema.ts";
export { decodeDataPath, encodeDataPath } from "./data-path.ts";
export { type DeltaTable, type DeltaTableOptions, openDeltaTable } from "./delta-table.ts";
export { checkLane, type LaneState, type LaneStep, type LaneVerdict, readLane } from "./lane.ts";
export { markOf, readLaneMark } from "./lane-txns.ts";
export {
  attemptOf,
  listOrphans,
  type Orphan,
  type OrphanOptions,
  type SweptOrphans,
  sweepOrphans,
  toAttemptPrefix,
} from "./orphans.ts";
export {
  type NewTable,
  planAppend,
  planCreateTable,
  planEvolveSchema,
  planOverwrite,
  planReplacePartitions,
  snapshotFields,
  toRemove,
  withEvolvedSchema,
} from "./plan-table.ts";
export { type TableLocation, tableUri } from "./read-commits.ts";
export { type HistoryEntry, readHistory } from "./read-history.ts";
export { type ReadSnapshotOptions, readSnapshot } from "./read-snapshot.ts";
export { type DeltaField, parseSchemaString, toDeltaFields, toSchemaString } from "./schema.ts";
export type { Snapshot, TxnState } from "./snapshot.ts";
export { snapshotRows } from "./snapshot-rows.ts";
export { type WrittenCheckpoint, writeCheckpoint } from "./write-checkpoint.ts";
