export { awsError } from "./aws-error.ts";
export { AwsEmulatorsConfig, type AwsService } from "./config.ts";
export { ensureBucket } from "./ensure-bucket.ts";
export { type FunctionOfRole, functionIdentity } from "./function-identity.ts";
export { ensureLake, type LocalLake } from "./local-lake.ts";
export {
  type AwsEmulators,
  ensureAwsEmulators,
  type OpenAwsEmulatorsOptions,
  openAwsEmulators,
} from "./open-aws-emulators.ts";
