export {
  Check,
  ColumnSummary,
  DatasetResult,
  ManifestFile,
  ManifestWindow,
  RuleOutcome,
  RunFailure,
  RunManifest,
} from "./manifest.ts";
export type {
  DatasetPlan,
  Guarantee,
  PipelinePlan,
  PlannedColumn,
  PlannedDataset,
  RefusedDataset,
} from "./plan/pipeline-plan.ts";
export { RunEvent, Stage } from "./run-event.ts";
