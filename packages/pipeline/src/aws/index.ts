export { type DynamoTableOptions, type EngineTablePlan, openDynamoStores, planEngineTable } from "./dynamodb/index.ts";
export {
  type AwsSecrets,
  type OpenSecretsManagerOptions,
  openSecretsManager,
  openSecretVersions,
  type SecretsManagerOptions,
} from "./secrets-manager/index.ts";
