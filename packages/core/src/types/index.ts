export { addProfiles } from "./add-profiles.ts";
export { appendFrom, batchBytes, takeRows, valueAt } from "./batch-rows.ts";
export { ByteSize } from "./byte-size.ts";
export { characterCount } from "./character-count.ts";
export { type ColumnBatch, type ColumnVector, type Field, isValid, type Value } from "./column-batch.ts";
export {
  type CheckedNames,
  checkColumnNames,
  maxColumnNameLength,
  type NamePolicy,
  type Rename,
} from "./column-names.ts";
export { type ColumnProfile, openProfiler, type Profiler } from "./column-profile.ts";
export { compareValues } from "./compare-values.ts";
export { type DriftDecision, type DriftInput, type DriftPolicy, decideDrift } from "./drift.ts";
export { Duration, durationMs, durationText } from "./duration.ts";
export { type Evolution, evolveFields, sameFields } from "./evolve-fields.ts";
export { type LandType, landTypeText, type Storage, sameLandType, storageOf, type TimeUnit } from "./land-type.ts";
export {
  type ColumnOverride,
  type LandedColumn,
  type LandedPart,
  type LandTarget,
  type NanosPolicy,
  type OffsetPolicy,
  planLanding,
  type TypeMapping,
} from "./landing.ts";
export { PartitionKind, type PartitionTransform, partitionField, partitionFieldName } from "./partition.ts";
export { queryColumns } from "./query-columns.ts";
export { compareSchemas, type SchemaChange, schemaChangeText } from "./schema-compare.ts";
export {
  maxBinaryLength,
  maxTextLength,
  parseSnowflakeColumnType,
  parseSnowflakeType,
  type SnowflakeColumnType,
  type SnowflakeType,
  snowflakeTypeText,
} from "./snowflake-type.ts";
export { type ColumnName, type SourceColumn, type SourceTable, sourceTable } from "./source-table.ts";
export { unscaledUnits } from "./unscaled-units.ts";
export { decimalText, valueText } from "./value-text.ts";
export { openVectorBuilder, type VectorBuilder } from "./vector-builder.ts";
