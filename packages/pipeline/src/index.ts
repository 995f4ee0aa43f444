export type { CompletedCrawl, CrawlOutcome, Discovery, FailedCrawl } from "./discover/discovery.ts";
export { type DiscoveryOptions, runDiscovery } from "./discover/run-discovery.ts";
export type { LakeAccess } from "./lake/open-lake.ts";
export {
  CatalogEntry,
  Check,
  ColumnSummary,
  DatasetResult,
  ManifestFile,
  ManifestSlice,
  ManifestWindow,
  RuleOutcome,
  RunFailure,
  RunManifest,
} from "./manifest.ts";
export { pipelineError } from "./pipeline-error.ts";
export type {
  DatasetPlan,
  Guarantee,
  PipelinePlan,
  PlannedColumn,
  PlannedDataset,
  RefusedDataset,
} from "./plan/pipeline-plan.ts";
export type { BackfillRange } from "./plan/plan-backfill.ts";
export { type PlanOptions, planPipeline } from "./plan/plan-pipeline.ts";
export { systemSecrets } from "./record/system-secrets.ts";
export { type BackfillOptions, runBackfill } from "./run/run-backfill.ts";
export { type RunOptions, runPipeline } from "./run/run-pipeline.ts";
export { RunEvent, Stage } from "./run-event.ts";
export {
  Rung,
  RungCheck,
  TableVerification,
  Verdict,
  Verification,
  type VerifyOptions,
  type VerifyProgress,
  type VerifyTableOptions,
  verifyRun,
  verifyTable,
  verifyTables,
} from "./verify-run/index.ts";
