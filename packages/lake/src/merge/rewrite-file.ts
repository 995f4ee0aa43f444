import type { Random } from "@snowmelt/core/ports";
import type { ColumnBatch, Field } from "@snowmelt/core/types";
import { toAttemptPrefix } from "../delta/orphans.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import { openFileWriter } from "../land/file-writer.ts";
import type { LandedFile } from "../land/landed-file.ts";
import { readTableFile, type TableFile } from "../land/read-table-file.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import { toPartitionFolders } from "../partition/partition-folder.ts";

export interface RewriteOptions {
  readonly table: TableLocation;
  readonly attemptId: string;
  readonly random: Random;
  /** Of the data files: the table's without its partition columns. */
  readonly fileFields: readonly Field[];
  readonly partitionColumns: readonly string[];
  readonly alwaysIndexed: readonly string[];
  readonly encoder: ParquetEncoderOptions;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes a file anew without some of its rows, in the same partition, under the attempt's prefix. `without` holds row
 * numbers in ascending order. Bounded by a row group read and one written.
 */
export async function rewriteFile(
  file: TableFile,
  without: Iterable<number>,
  options: RewriteOptions,
): Promise<LandedFile> {
  const { table, attemptId, random, fileFields, partitionColumns, alwaysIndexed, encoder, signal } = options;
  const folders = toPartitionFolders(partitionColumns, file.partitionValues);
  const path = `${toAttemptPrefix(attemptId)}${folders === "" ? "" : `${folders}/`}merged-${random.uuid()}.parquet`;
  const writer = openFileWriter({
    table,
    path,
    partitionValues: file.partitionValues,
    fields: fileFields,
    alwaysIndexed,
    encoder,
    signal,
  });
  try {
    let firstRow = 0;
    const dropped = openPeekable(without);
    for await (const batch of readTableFile(table, file, { fields: fileFields, signal })) {
      for (const rows of keptRanges(batch, firstRow, dropped)) await writer.append(batch, rows);
      firstRow += batch.rowCount;
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort(error);
    throw error;
  }
}

interface Peekable {
  peek(): number | undefined;
  skip(): void;
}

function openPeekable(numbers: Iterable<number>): Peekable {
  const iterator = numbers[Symbol.iterator]();
  let next = iterator.next();
  return {
    peek: () => (next.done === true ? undefined : next.value),
    skip() {
      next = iterator.next();
    },
  };
}

function* keptRanges(batch: ColumnBatch, firstRow: number, dropped: Peekable): Generator<{ from: number; to: number }> {
  let from = 0;
  for (let row = dropped.peek(); row !== undefined && row < firstRow + batch.rowCount; row = dropped.peek()) {
    const to = row - firstRow;
    if (to > from) yield { from, to };
    from = to + 1;
    dropped.skip();
  }
  if (from < batch.rowCount) yield { from, to: batch.rowCount };
}
