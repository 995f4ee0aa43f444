export {
  type Alerting,
  PipelineAlerts,
  PlatformAlerts,
  type ResolvedAlerts,
  resolveAlerts,
} from "./alerts.ts";
export { canonicalJson } from "./canonical-json.ts";
export { amazonQ, Channel, eventBridge, pagerDuty, slack, sns, webhook } from "./channel.ts";
export { checkPipelines } from "./check/check-pipelines.ts";
export { ColumnOverride, decimal, integer, text, timestamp } from "./column.ts";
export { Custom, custom } from "./custom.ts";
export { Dataset, type DatasetInput, type DatasetOver, dataset } from "./dataset.ts";
export { definePipeline, parseDefinition } from "./define-pipeline.ts";
export { definitionHash } from "./definition-hash.ts";
export { Crawler, type CrawlerOptions, crawler } from "./discover.ts";
export { Extract, type ExtractSettings, resolveExtract } from "./extract.ts";
export { definitionJsonSchema } from "./json-schema.ts";
export { GlueLocation, glue, LakeLocation } from "./lake-location.ts";
export { delta, Land, parquet } from "./land.ts";
export { type LandedSchema, planLandedSchema, requiredColumns } from "./landed-schema.ts";
export { findForeignChannels, findForeignCode, type KnownCode, type OwnCode } from "./own-code.ts";
export { day, hour, identity, month, year } from "./partition.ts";
export { Pipeline, type PipelineInput } from "./pipeline.ts";
export { definePlatform, Environment, Platform, type PlatformInput } from "./platform.ts";
export type { Problem } from "./problem.ts";
export { dates, enumerated, injected, integers, KeyProjection } from "./projection.ts";
export { PipelineRunSettings, RunSettings, resolveRunSettings } from "./run-settings.ts";
export { after, cron, every, onObject, Schedule, scheduleName, schedulesIn } from "./schedule.ts";
export { secret } from "./secret.ts";
export { Sla } from "./sla.ts";
export {
  keyPair,
  oauth,
  password,
  pat,
  SnowflakeAuth,
  SnowflakeConnection,
  workloadIdentity,
} from "./snowflake-connection.ts";
export { query, Source, type SourceOver, sourceColumns, sourceName, table } from "./source.ts";
export { type LakeStage, parseStageName } from "./stage-name.ts";
export { capture, type Deletes, full, fullDiff, Incremental, incremental, Sync } from "./sync.ts";
export { Transform } from "./transform.ts";
export { findUnsupported, type Unsupported } from "./unsupported.ts";
