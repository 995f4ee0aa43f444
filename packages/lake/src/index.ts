export {
  type Check,
  compareProfiles,
  type DeltaTable,
  landBatches,
  mergeLanded,
  openDeltaTable,
  planTableLayout,
  profileFiles,
  toPartitionFolders,
  type VerificationReport,
  verifyFiles,
} from "./delta/index.ts";
export { lakeError } from "./lake-error.ts";
export { openFileStore, openStore } from "./store/index.ts";
