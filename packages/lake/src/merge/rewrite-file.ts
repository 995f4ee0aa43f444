import type { Random } from "@snowmelt/core/ports";
import { type Field, takeRows } from "@snowmelt/core/types";
import { toAttemptPrefix } from "../delta/orphans.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import { openFileWriter } from "../land/file-writer.ts";
import type { LandedFile } from "../land/landed-file.ts";
import { readTableFile, type TableFile } from "../land/read-table-file.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import { toPartitionFolders } from "../partition/partition-folder.ts";
import type { MergeMeter } from "./merge-meter.ts";

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
  readonly meter?: MergeMeter;
}

/**
 * Writes a file anew without some of its rows, in the same partition, under the attempt's prefix. Bounded by a row group
 * read and one written.
 */
export async function rewriteFile(
  file: TableFile,
  isDropped: (row: number) => boolean,
  options: RewriteOptions,
): Promise<LandedFile> {
  const { table, attemptId, random, fileFields, partitionColumns, alwaysIndexed, encoder, signal, meter } = options;
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
    const batches = readTableFile(table, file, { fields: fileFields, signal });
    for await (const batch of meter?.count(batches) ?? batches) {
      const first = firstRow;
      const ranges = keptRanges(batch.rowCount, (row) => isDropped(first + row));
      if (ranges.length > batch.rowCount / rowsARange) await writer.append(takeRows(batch, rowsOf(ranges)));
      else for (const range of ranges) await writer.append(batch, range);
      firstRow += batch.rowCount;
    }
    return await writer.finish();
  } catch (error) {
    await writer.abort(error);
    throw error;
  }
}

/** Ranges shorter than this on average cost more to append one by one than their rows to copy. */
const rowsARange = 64;

interface Range {
  readonly from: number;
  readonly to: number;
}

function keptRanges(rowCount: number, isDropped: (row: number) => boolean): readonly Range[] {
  const ranges: Range[] = [];
  let from = 0;
  for (let row = 0; row <= rowCount; row++) {
    if (row < rowCount && !isDropped(row)) continue;
    if (row > from) ranges.push({ from, to: row });
    from = row + 1;
  }
  return ranges;
}

function rowsOf(ranges: readonly Range[]): Int32Array {
  const rows = new Int32Array(ranges.reduce((count, { from, to }) => count + to - from, 0));
  let at = 0;
  for (const { from, to } of ranges) for (let row = from; row < to; row++) rows[at++] = row;
  return rows;
}
