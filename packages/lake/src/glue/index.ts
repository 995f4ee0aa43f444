export { compareCatalogTable, verifyCatalogTable } from "../verify/verify-catalog.ts";
export type { CatalogColumn, CatalogPartition, CatalogStorage, CatalogTablePlan } from "./catalog-table.ts";
export type { CrawlCounts, CrawlFindings } from "./crawl-findings.ts";
export type { GlueCall, GlueCalls, GlueCatalog, GlueCrawlers } from "./glue-calls.ts";
export { type GlueErrorCode, glueError } from "./glue-error.ts";
export { type CrawlerScript, type MemoryCrawlers, memoryCrawlers, type ScriptedCrawl } from "./memory-crawlers.ts";
export { awsFailure, type CatalogOperation, type GlueScript, type MemoryGlue, memoryGlue } from "./memory-glue.ts";
export { type Glue, type OpenGlueOptions, openGlue } from "./open-glue.ts";
export type { KeyProjection, PartitionProjection } from "./partition-projection.ts";
export { type Patience, patientCatalog, patientCrawlers } from "./patient-glue.ts";
export {
  type CatalogTableRequest,
  type DeltaFormat,
  type ParquetFormat,
  planCatalogTable,
} from "./plan-catalog-table.ts";
export type { WantedPartitions } from "./plan-partition-change.ts";
export { type CrawlReport, type RunCrawlerOptions, runCrawler } from "./run-crawler.ts";
export { type FreshCatalogPlan, type SyncedTable, type SyncOptions, syncCatalogTable } from "./sync-catalog-table.ts";
export { type GluePartitions, type SyncedPartitions, syncPartitions } from "./sync-partitions.ts";
