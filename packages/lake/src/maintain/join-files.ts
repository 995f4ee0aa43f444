import type { Field } from "@snowmelt/core/types";
import type { AddFile } from "../delta/action.ts";
import type { DeltaTable } from "../delta/delta-table.ts";
import { toAttemptPrefix } from "../delta/orphans.ts";
import { lakeError } from "../lake-error.ts";
import { openFileWriter } from "../land/file-writer.ts";
import { type LandedFile, toAddFile } from "../land/landed-file.ts";
import { readTableFile } from "../land/read-table-file.ts";
import { foreignTags, keptReadTimes, type ReadTime } from "../land/read-times.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import { toPartitionFolders } from "../partition/partition-folder.ts";
import { parseStats } from "../stats/parse-stats.ts";
import type { CompactionGroup } from "./plan-compaction.ts";

export interface JoinOptions {
  readonly attemptId: string;
  /** Of the table, partition columns included. */
  readonly fields: readonly Field[];
  readonly partitionColumns: readonly string[];
  readonly encoder?: ParquetEncoderOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the rows of a group as one file, in their order, under the attempt's prefix; nothing is visible. Its statistics are
 * exact again. REWRITE_COUNT_MISMATCH when a file holds other rows than its statistics say. Bounded by a row group.
 */
export async function joinFiles(
  table: DeltaTable,
  group: CompactionGroup,
  options: JoinOptions,
): Promise<{ readonly file: LandedFile; readonly add: AddFile }> {
  const { attemptId, fields, partitionColumns, encoder = {}, signal } = options;
  const { partitionValues, files } = group;
  const folders = toPartitionFolders(partitionColumns, partitionValues);
  const name = `compacted-${table.random.uuid()}.parquet`;
  const fileFields = fields.filter((field) => !partitionColumns.includes(field.name));
  const path = `${toAttemptPrefix(attemptId)}${folders === "" ? "" : `${folders}/`}${name}`;
  const alwaysIndexed = boundedColumns(files[0]?.add, fileFields);
  const writer = openFileWriter({ table, path, partitionValues, fields: fileFields, alwaysIndexed, encoder, signal });
  const readAt: ReadTime[] = [];
  try {
    for (const source of files) {
      const before = writer.rowCount;
      for await (const batch of readTableFile(
        table,
        { path: source.path, partitionValues },
        { fields: fileFields, signal },
      )) {
        signal?.throwIfAborted();
        await writer.append(batch);
      }
      const rowCount = writer.rowCount - before;
      checkRows(source, rowCount);
      readAt.push(...keptReadTimes(source.add, rowCount));
    }
    const file = await writer.finish();
    return { file, add: toCompactedAdd(file, readAt, group) };
  } catch (error) {
    await writer.abort(error);
    throw error;
  }
}

function toCompactedAdd(file: LandedFile, readAt: readonly ReadTime[], { files }: CompactionGroup): AddFile {
  const add = toAddFile(file, readAt);
  const tags = { ...(files[0] ? foreignTags(files[0].add) : {}), ...add.tags };
  return { ...add, dataChange: false, ...(Object.keys(tags).length > 0 ? { tags } : {}) };
}

/** Columns beyond the first that have bounds all the same: keys, by which merges find their files. */
export function boundedColumns(add: AddFile | undefined, fields: readonly Field[]): readonly string[] {
  const columns = parseStats(add?.stats, fields)?.columns ?? new Map();
  return fields.flatMap(({ name }) => (columns.get(name)?.min === undefined ? [] : [name]));
}

function checkRows({ path, add }: CompactionGroup["files"][number], rowCount: number): void {
  const expected = parseStats(add.stats, [])?.numRecords;
  if (expected === undefined || expected === rowCount) return;
  throw lakeError(
    "REWRITE_COUNT_MISMATCH",
    `${path} holds ${rowCount} rows and its statistics say ${expected}. Nothing was committed; restore the file or the table.`,
    { details: { path, expected, found: rowCount } },
  );
}
