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
export { RunEvent, Stage } from "./run-event.ts";
