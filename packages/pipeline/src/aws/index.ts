export {
  memorySecretVersions,
  type RotateKeyPairOptions,
  RotationEvent,
  rotateKeyPair,
  type SecretVersions,
} from "../rotation/index.ts";
export { type Bus, type BusOptions, openBus, RunEnded, runEndedSource, runEndedType } from "./bus/index.ts";
export {
  type DynamoTableOptions,
  type EngineTablePlan,
  openDynamoNotifyStores,
  openDynamoStarts,
  openDynamoStores,
  planEngineTable,
} from "./dynamodb/index.ts";
export { type AlertBusOptions, openAlertBus } from "./eventbridge/index.ts";
export { type EmfMetrics, type EmfMetricsOptions, openEmfMetrics } from "./metrics/index.ts";
export {
  type BurialReason,
  buryMessage,
  commandQueues,
  openQueues,
  type QueueMessage,
  type Queues,
  type QueuesOptions,
  transportError,
} from "./queues/index.ts";
export {
  type AwsSecrets,
  type OpenSecretsManagerOptions,
  openSecretsManager,
  openSecretVersions,
  type SecretsManagerOptions,
} from "./secrets-manager/index.ts";
export { openTopics, type TopicsOptions } from "./sns/index.ts";
