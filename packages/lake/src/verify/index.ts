export type { Check } from "./check.ts";
export type { ColumnTotals } from "./column-totals.ts";
export { compareProfiles } from "./compare-profiles.ts";
export { hashFile } from "./inspect-file.ts";
export { rowText } from "./row-text.ts";
export { profileFiles, type VerificationReport, type VerifyFilesOptions, verifyFiles } from "./verify-files.ts";
export {
  type NotChecked,
  type SnapshotVerification,
  type VerifySnapshotOptions,
  verifySnapshot,
} from "./verify-snapshot.ts";
