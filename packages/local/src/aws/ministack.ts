import { join } from "node:path";
import type { EmulatorProgram } from "./emulator-program.ts";

/** S3, DynamoDB, Lambda, SQS, SNS, EventBridge, Glue, Athena, Secrets Manager, KMS, IAM and more. */
export const ministack: EmulatorProgram = {
  name: "ministack",
  lock: "src/aws/python/ministack.txt",
  module: "ministack.app",
  healthPath: "/_ministack/health",
  resetPath: "/_ministack/reset",
  toArguments: () => [],
  toEnvironment: ({ port, directory, region, accountId, enforceIam, persist }) => ({
    GATEWAY_PORT: String(port),
    // It listens on every interface unless told otherwise, and on one more port for IoT.
    BIND_HOST: "127.0.0.1",
    MINISTACK_HOST: "127.0.0.1",
    IOT_MTLS_ENABLED: "0",
    STATE_DIR: join(directory, "state"),
    S3_DATA_DIR: join(directory, "s3"),
    MINISTACK_REGION: region,
    MINISTACK_ACCOUNT_ID: accountId,
    ...(enforceIam ? { AUTH: "true" } : {}),
    ...(persist ? { PERSIST_STATE: "1", S3_PERSIST: "1" } : {}),
  }),
};
