export { clockContract } from "./clock-contract.ts";
export type { ContractCase } from "./contract-case.ts";
export { type LoggerUnderContract, loggerContract } from "./logger-contract.ts";
export { type MetricsUnderContract, metricsContract } from "./metrics-contract.ts";
export { objectStoreContract } from "./object-store-contract.ts";
export { type SecretsUnderContract, secretsContract } from "./secrets-contract.ts";
