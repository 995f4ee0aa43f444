export { type Clock, manualClock, systemClock } from "./clock.ts";
export { type Logger, type LogLevel, type LogRecord, memoryLogger, silentLogger } from "./logger.ts";
export { type Metric, type Metrics, memoryMetrics, silentMetrics } from "./metrics.ts";
export {
  memoryObjectStore,
  type ObjectBody,
  type ObjectMeta,
  type ObjectStore,
  type PutIfAbsentResult,
  type PutIfMatchResult,
} from "./object-store.ts";
export type { ObjectVersion, ObjectVersions } from "./object-versions.ts";
export { type Random, seededRandom, systemRandom } from "./random.ts";
export {
  type GetSecretOptions,
  memorySecrets,
  Secret,
  SecretRef,
  type Secrets,
  type SecretVersion,
  secretRef,
} from "./secrets.ts";
export type { SweepUploads, SweptUploads } from "./unfinished-uploads.ts";
