export type { Check } from "./check.ts";
export { compareProfiles } from "./compare-profiles.ts";
export { profileFiles, type VerificationReport, type VerifyFilesOptions, verifyFiles } from "./verify-files.ts";
