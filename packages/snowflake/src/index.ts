export type { QueryPhase, QueryProgress } from "./await-query.ts";
export { SnowflakeConfig, type SnowflakeConfigInput } from "./config.ts";
export type { Cursor, CursorBound, CursorWindow } from "./cursor-window.ts";
export { type BatchDecoder, decodeCells, openDecoder } from "./decode/open-decoder.ts";
export {
  type DescribedQuery,
  type DescribedTable,
  describeColumns,
  describeQuery,
  describeTable,
} from "./describe-source.ts";
export { planResultDigest, type ResultDigestInput } from "./digest/result-digest.ts";
export { openRowDigester, type RowDigest, type RowDigester, rowDigestText } from "./digest/row-digest.ts";
export type { BindValue, ParameterValue, TextRow } from "./driver.ts";
export type { ExtractSource, TableName } from "./extract-source.ts";
export { openSnowflake } from "./open-snowflake.ts";
export {
  type CursorCounts,
  type PlanCursorCountsInput,
  parseCursorCounts,
  planCursorCounts,
} from "./plan-cursor-counts.ts";
export { type ErasedRows, parseErasedCounts, planErasedCounts, planWithoutErased } from "./plan-erased-rows.ts";
export {
  type CellOutput,
  type CellPlan,
  type ExtractPlan,
  type PlanExtractInput,
  planExtract,
} from "./plan-extract.ts";
export {
  type ColumnProfile,
  type PlanProfileInput,
  type ProfileLevel,
  type ProfilePlan,
  parseSourceProfile,
  planSourceProfile,
  type SourceProfile,
} from "./plan-profile.ts";
export { planResultProfile, type ResultProfileInput } from "./plan-result-profile.ts";
export {
  digestRefusal,
  type PlanRowDigestInput,
  parseRowDigest,
  planRowDigest,
} from "./plan-row-digest.ts";
export {
  type PlanWindowInput,
  parseSnapshot,
  parseWindow,
  planSnapshot,
  planWindow,
  type WindowFacts,
} from "./plan-window.ts";
export type { FoundQuery } from "./query-history.ts";
export { quoteIdentifier, quotePath, quoteText } from "./quote.ts";
export type { ColumnValue, RowOf, ValueOf } from "./row-types.ts";
export { type RowsOptions, rows } from "./rows.ts";
export { scrub } from "./scrub.ts";
export type {
  AwaitQueryOptions,
  OpenSnowflakeOptions,
  QueryResult,
  ResultColumn,
  SnowflakeSession,
  StatementSettings,
  SubmitOptions,
} from "./session.ts";
export { snowflakeError } from "./snowflake-error.ts";
export type { StoredResult } from "./stored-result.ts";
export { type StreamedBatch, type StreamOptions, type StreamProgress, stream } from "./stream.ts";
export { generateSchema } from "./typegen.ts";
export {
  type AwaitUnloadOptions,
  awaitUnload,
  checkStage,
  describeStage,
  type MoveStagedFilesOptions,
  moveStagedFiles,
  type PlanUnloadInput,
  planUnload,
  removeStagedFiles,
  type Stage,
  type StageName,
  type StagePlace,
  type StartUnloadOptions,
  startUnload,
  type UnloadedFile,
  type UnloadPartition,
  type UnloadPlan,
  type UnloadRefusal,
  type UnloadRefusalsInput,
  type UnloadResult,
  unloadRefusals,
} from "./unload/index.ts";
export { type WorstCase, worstCase } from "./worst-case.ts";
