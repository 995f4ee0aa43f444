export type { CommitConflict, CommitOptions, CommitOutcome } from "../delta/commit.ts";
export { commitPlain } from "./commit-plain.ts";
export {
  type DescribePlainOptions,
  describePlainSnapshot,
  describePlainTable,
  type PlainRun,
  type PlainTableDescription,
} from "./describe-plain.ts";
export { manifestGuarantee, type PlainFile, PlainManifest, parseManifest } from "./manifest-file.ts";
export { openTableAt } from "./open-table-at.ts";
export { type PlainSnapshot, plainFields, toPlainFile } from "./plain-snapshot.ts";
export { openPlainTable, type PlainTable, type PlainTableOptions } from "./plain-table.ts";
export {
  type NewPlainTable,
  type PlainPlan,
  planPlainAppend,
  planPlainOverwrite,
  planPlainReplace,
  planPlainTable,
} from "./plan-plain.ts";
export {
  checkPlainCatalog,
  type PlainCatalogLayout,
  type PlainCatalogPlan,
  type PlainCatalogRequest,
  planPlainCatalog,
} from "./plan-plain-catalog.ts";
export { type PlainObject, type PlainSweepPlan, planPlainSweep } from "./plan-plain-sweep.ts";
export { planPlainRead, type ReadPlainOptions, readPlainTable } from "./read-plain.ts";
export { type PlainHistoryEntry, readPlainHistory } from "./read-plain-history.ts";
export { type SweepPlainOptions, sweepPlainOrphans, sweepPlainTable } from "./sweep-plain.ts";
export { type SyncedPlainCatalog, syncPlainCatalog } from "./sync-plain-catalog.ts";
export { type VerifyPlainOptions, verifyPlainFiles, verifyPlainTable } from "./verify-plain.ts";
export { verifyPlainCatalog } from "./verify-plain-catalog.ts";
