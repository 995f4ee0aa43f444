import type { LandedColumn, PartitionTransform } from "@snowmelt/core/types";
import { type CursorWindow, windowCondition } from "../cursor-window.ts";
import type { ParameterValue } from "../driver.ts";
import { type ExtractSource, fromClause, sourceAlias, sourceText } from "../extract-source.ts";
import { quoteIdentifier } from "../quote.ts";
import { snowflakeError } from "../snowflake-error.ts";
import { type StagePlace, stageReference } from "./stage-name.ts";
import { unloadExpression } from "./unload-expression.ts";
import { partitionClause, planUnloadPartitions, type UnloadPartition } from "./unload-partition.ts";

export interface PlanUnloadInput {
  readonly source: ExtractSource;
  readonly landed: readonly LandedColumn[];
  readonly window?: CursorWindow | undefined;
  /** Reads the table as it was then, microseconds since the epoch. */
  readonly atMicros?: bigint | undefined;
  readonly role?: string | undefined;
  /** With its URL where it has one, for the names of the files may begin with it. */
  readonly stage: StagePlace;
  /** Below the stage's location, ending with `/`, and used by one attempt alone: `raw/flights/data/run=<attempt>/`. */
  readonly folder: string;
  /** Over landed columns, outermost first. @default none */
  readonly partitionBy?: readonly PartitionTransform[] | undefined;
  /** A bound of each thread's files, not a target. @default 268_435_456 (256 MiB) */
  readonly maxFileBytes?: number | undefined;
  /** For a probe, whose files are looked at before the whole is unloaded. @default all rows */
  readonly maxRows?: number | undefined;
  /** After which Snowflake cancels the statement. @default the account's */
  readonly timeoutSeconds?: number | undefined;
}

/** What to run and how to read its result. Plain data. */
export interface UnloadPlan {
  readonly sql: string;
  /** Session parameters the statement has to run with. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly landed: readonly LandedColumn[];
  readonly stage: StagePlace;
  readonly folder: string;
  readonly partitions: readonly UnloadPartition[];
  /** The role whose masking and row access policies apply to what is read. */
  readonly role: string | undefined;
}

const defaultFileBytes = 268_435_456;
/** 5 GB, Snowflake's own limit. */
const maxFileBytesLimit = 5_368_709_120;

/**
 * The COPY INTO of an extraction: the columns, rows and moment that `planExtract` of the same input reads, as Parquet files
 * that hold what a stream would land. Pure. Partition columns stay in the files, for PARTITION BY sees only what is selected,
 * and so that each file proves its partition. Throws PLAN_INVALID for what `unloadRefusals` lists, IDENTIFIER_INVALID.
 */
export function planUnload(input: PlanUnloadInput): UnloadPlan {
  const {
    source,
    landed,
    window,
    atMicros,
    role,
    stage,
    folder,
    partitionBy = [],
    maxFileBytes = defaultFileBytes,
  } = input;
  if (landed.length === 0) throw invalid(`Expected at least one column to unload from ${sourceText(source)}.`);
  if (!Number.isSafeInteger(maxFileBytes) || maxFileBytes < 1 || maxFileBytes > maxFileBytesLimit) {
    throw invalid(`Expected maxFileBytes to be a whole number from 1 to ${maxFileBytesLimit}, got ${maxFileBytes}.`);
  }
  const partitions = planUnloadPartitions(
    landed.map(({ field }) => field),
    partitionBy,
  );
  const sql = [
    `COPY INTO ${stageReference(stage, checkFolder(folder))}`,
    "FROM (",
    `SELECT\n${selectList(landed).join(",\n")}`,
    fromClause(source, atMicros),
    ...(window === undefined ? [] : [`WHERE ${windowCondition(window)}`]),
    ...(input.maxRows === undefined ? [] : [`LIMIT ${checkMaxRows(input.maxRows)}`]),
    ")",
    ...(partitions.length === 0 ? [] : [`PARTITION BY (${partitionClause(partitions)})`]),
    "FILE_FORMAT = (TYPE = PARQUET COMPRESSION = SNAPPY)",
    `MAX_FILE_SIZE = ${maxFileBytes}`,
    "INCLUDE_QUERY_ID = TRUE",
    "DETAILED_OUTPUT = TRUE",
    "HEADER = TRUE",
  ].join("\n");
  const { database, schema, name, url } = stage;
  const place = { database, schema, name, ...(url === undefined ? {} : { url }) };
  return { sql, parameters: parameters(input), landed, stage: place, folder, partitions, role };
}

/** The two that decide about types and names are on the statement, for an account may have set them otherwise. */
function parameters({ timeoutSeconds }: PlanUnloadInput): Readonly<Record<string, ParameterValue>> {
  return {
    TIMEZONE: "UTC",
    ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION: false,
    QUOTED_IDENTIFIERS_IGNORE_CASE: false,
    ...(timeoutSeconds === undefined ? {} : { STATEMENT_TIMEOUT_IN_SECONDS: timeoutSeconds }),
  };
}

function selectList(landed: readonly LandedColumn[]): string[] {
  return landed.map((column, index) => {
    const { source, field } = column;
    const expression = unloadExpression(column, `${sourceAlias}.${quoteIdentifier(source)}`, index);
    if (expression.kind === "refused") {
      throw invalid(`Column ${JSON.stringify(source)} cannot be unloaded: ${expression.reason}. Stream the dataset.`);
    }
    return `  ${expression.sql} AS ${quoteIdentifier(field.name)}`;
  });
}

function checkFolder(folder: string): string {
  const segments = folder.split("/");
  const isSound =
    segments.pop() === "" &&
    segments.length > 0 &&
    segments.every((segment) => /^(?!\.\.?$)[^\p{Cc}]+$/u.test(segment));
  if (isSound) return folder;
  throw invalid(
    `Expected a folder below the stage such as raw/flights/data/run=<attempt>/, got ${JSON.stringify(folder)}.`,
  );
}

function checkMaxRows(maxRows: number): number {
  if (Number.isSafeInteger(maxRows) && maxRows > 0) return maxRows;
  throw invalid(`Expected maxRows to be a whole number above 0, got ${maxRows}.`);
}

const invalid = (message: string): Error => snowflakeError("PLAN_INVALID", message);
