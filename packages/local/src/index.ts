export type { LocalLake } from "./aws/local-lake.ts";
export { type RunLocalStackOptions, runLocalStack } from "./aws/run-local-stack.ts";
export { changeStatements, type SampleChange } from "./sample/change-sample.ts";
export type { AdminClient } from "./server/admin-client.ts";
export type {
  AwsIdentity,
  AwsTokenIssuer,
  LocalServerConfig,
  LocalUser,
  ResultSizes,
  S3Access,
  UnloadFormat,
} from "./server/config.ts";
export type { ConnectionFacts } from "./server/connection-facts.ts";
export type { ActiveFault, Fault, FaultInput } from "./server/faults.ts";
export { localError } from "./server/local-error.ts";
export { type RunLocalServerOptions, runLocalServer } from "./server/run-local-server.ts";
export {
  type LocalSnowflake,
  type StartLocalSnowflakeOptions,
  startLocalSnowflake,
} from "./server/start-local-snowflake.ts";
export type { ServerStats } from "./server/stats.ts";
