export { openSecretVersions } from "./open-secret-versions.ts";
export { type AwsSecrets, type OpenSecretsManagerOptions, openSecretsManager } from "./open-secrets-manager.ts";
export type { SecretsManagerOptions } from "./secrets-connection.ts";
