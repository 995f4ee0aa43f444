import type { Random } from "@snowmelt/core/ports";
import { batchBytes, type ColumnBatch, type Field, sameFields, takeRows } from "@snowmelt/core/types";
import type { PartitionValues } from "../delta/action.ts";
import { toAttemptPrefix } from "../delta/orphans.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import { lakeError } from "../lake-error.ts";
import type { ParquetEncoderOptions } from "../parquet/index.ts";
import { toPartitionFolders } from "../partition/partition-folder.ts";
import { openRowSplitter } from "../partition/split-rows.ts";
import type { TableLayout } from "../partition/table-layout.ts";
import { type FileWriter, openFileWriter } from "./file-writer.ts";
import type { LandedFile } from "./landed-file.ts";

export interface TableWriterOptions {
  readonly table: TableLocation;
  readonly layout: TableLayout;
  /** Names the files: `data/run=<attemptId>/…`. Unique to one try of one window. */
  readonly attemptId: string;
  readonly random: Random;
  /** A file is ended before it is expected to exceed this. @default 134_217_728 (128 MiB) */
  readonly maxFileBytes?: number;
  /** Memory of all open files together; above it idle files, then the largest, end early. @default 134_217_728 (128 MiB) */
  readonly maxHeldBytes?: number;
  /** Partitions written at a time; above it the one that has waited longest ends its file. @default 100 */
  readonly maxOpenFiles?: number;
  /** Columns that get bounds even beyond the 32nd: merge keys. @default [] */
  readonly alwaysIndexed?: readonly string[];
  /** Codec, row groups, pages. */
  readonly encoder?: ParquetEncoderOptions;
  readonly onFile?: (file: LandedFile) => void;
  readonly signal?: AbortSignal;
}

/** Batches in, data files out, split by partition and rolled by size. Nothing is visible to readers of the table. */
export interface TableWriter {
  readonly rowCount: number;
  /** Memory of the open files. */
  readonly heldBytes: number;
  /** Size of all files, the open ones about as if they were finished now. For progress. */
  readonly estimatedBytes: number;
  /** Lands the rows. Nothing of the batch is kept. */
  append(batch: ColumnBatch): Promise<void>;
  /** Every file, in the order of their names. The writer cannot be used after it. */
  finish(): Promise<readonly LandedFile[]>;
  /** Ends without the open files; those finished before stay as orphans of the attempt. */
  abort(reason: unknown): Promise<void>;
}

/** How well rows compress is learned as they are written: the size is asked again after this share of a file, raw. */
const stepShare = 1 / 16;

interface OpenPartition {
  readonly values: PartitionValues;
  writer: FileWriter | undefined;
  lastBatch: number;
}

/** A partition without rows in this many batches is likely to get no more: batches often come in time's order. */
const idleBatches = 4;

/**
 * Opens files as rows come, one a partition, within the memory budget. `finish` or `abort` ends it; files that were written
 * before a failure are orphans, which no log names. Errors are the store's. A repeat needs an attempt id of its own.
 */
export function openTableWriter(options: TableWriterOptions): TableWriter {
  const { table, layout, attemptId, random, signal, alwaysIndexed = [], encoder = {} } = options;
  const { maxFileBytes = 128 << 20, maxHeldBytes = 128 << 20, maxOpenFiles = 100 } = options;
  const split = openRowSplitter(layout);
  const toFileBatch = openProjection(layout);
  /** In the order of last use. */
  const open = new Map<string, OpenPartition>();
  const landed: LandedFile[] = [];
  let rowCount = 0;
  let [fileCount, batchCount] = [0, 0];

  const openFile = (values: PartitionValues): FileWriter => {
    const folders = toPartitionFolders(layout.partitionColumns, values);
    const name = `part-${String(fileCount++).padStart(5, "0")}-${random.uuid()}.parquet`;
    const path = `${toAttemptPrefix(attemptId)}${folders === "" ? "" : `${folders}/`}${name}`;
    return openFileWriter({
      table,
      path,
      partitionValues: values,
      fields: layout.fileFields,
      alwaysIndexed,
      encoder,
      signal,
    });
  };
  const finishFile = async (partition: OpenPartition): Promise<void> => {
    const { writer } = partition;
    if (!writer) return;
    partition.writer = undefined;
    const file = await writer.finish();
    landed.push(file);
    options.onFile?.(file);
  };
  const appendRange = async (partition: OpenPartition, batch: ColumnBatch, from: number, to: number): Promise<void> => {
    const stepRows = Math.max(64, Math.floor((maxFileBytes * stepShare * batch.rowCount) / (batchBytes(batch) + 1)));
    for (let at = from; at < to; ) {
      partition.writer ??= openFile(partition.values);
      const rows = Math.min(to - at, stepRows, partition.writer.rowsWithin(maxFileBytes, batch, at));
      if (rows > 0) await partition.writer.append(batch, { from: at, to: at + rows });
      else await finishFile(partition);
      at += rows;
    }
  };
  const boundFiles = async (): Promise<void> => {
    for (const [key, partition] of open) {
      if (open.size <= maxOpenFiles) return;
      open.delete(key);
      await finishFile(partition);
    }
  };
  /** A file that is ended gives its memory back; a row group that is ended keeps that of its dictionaries. */
  const boundMemory = async (): Promise<void> => {
    const partitions = [...open.values()].flatMap((partition) =>
      partition.writer ? [{ partition, heldBytes: partition.writer.heldBytes }] : [],
    );
    const isIdle = ({ partition }: (typeof partitions)[number]): boolean =>
      partition.lastBatch <= batchCount - idleBatches;
    partitions.sort((a, b) => Number(isIdle(b)) - Number(isIdle(a)) || b.heldBytes - a.heldBytes);
    let held = partitions.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    for (const { partition, heldBytes } of partitions) {
      if (held <= maxHeldBytes) return;
      await finishFile(partition);
      held -= heldBytes;
    }
  };
  const appendRows = async (batch: ColumnBatch): Promise<void> => {
    checkFields(layout.sourceFields, batch.fields);
    const fileBatch = toFileBatch(batch);
    batchCount++;
    for (const { partition: key, values, rows } of split(batch)) {
      signal?.throwIfAborted();
      const partition = open.get(key) ?? { values, writer: undefined, lastBatch: 0 };
      partition.lastBatch = batchCount;
      open.delete(key);
      open.set(key, partition);
      if (rows instanceof Int32Array) await appendRange(partition, takeRows(fileBatch, rows), 0, rows.length);
      else await appendRange(partition, fileBatch, rows.from, rows.to);
      await boundFiles();
      await boundMemory();
    }
    rowCount += batch.rowCount;
  };
  const abort = async (reason: unknown): Promise<void> => {
    const writers = [...open.values()].flatMap(({ writer }) => writer ?? []);
    open.clear();
    for (const writer of writers) await writer.abort(reason);
  };
  const orAbort = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      await abort(error);
      throw error;
    }
  };

  return {
    get rowCount() {
      return rowCount;
    },
    get heldBytes() {
      return [...open.values()].reduce((sum, { writer }) => sum + (writer?.heldBytes ?? 0), 0);
    },
    get estimatedBytes() {
      const finished = landed.reduce((sum, { bytes }) => sum + bytes, 0);
      return [...open.values()].reduce((sum, { writer }) => sum + (writer?.estimatedBytes ?? 0), finished);
    },
    append: (batch) => orAbort(() => appendRows(batch)),
    finish: () =>
      orAbort(async () => {
        for (const partition of open.values()) {
          signal?.throwIfAborted();
          await finishFile(partition);
        }
        open.clear();
        const total = landed.reduce((sum, file) => sum + file.rowCount, 0);
        if (total !== rowCount) {
          throw lakeError("LAND_COUNT_MISMATCH", `${rowCount} rows were taken in, and the files hold ${total}.`);
        }
        return landed.toSorted((a, b) => (a.path < b.path ? -1 : 1));
      }),
    abort,
  };
}

/** Lands all batches; see {@link openTableWriter}. Whatever fails, nothing becomes visible. */
export async function landBatches(
  batches: AsyncIterable<ColumnBatch> | Iterable<ColumnBatch>,
  options: TableWriterOptions,
): Promise<readonly LandedFile[]> {
  const writer = openTableWriter(options);
  try {
    for await (const batch of batches) await writer.append(batch);
  } catch (error) {
    await writer.abort(error);
    throw error;
  }
  return writer.finish();
}

function openProjection({ sourceFields, fileFields }: TableLayout): (batch: ColumnBatch) => ColumnBatch {
  if (fileFields.length === sourceFields.length) return (batch) => batch;
  const kept = sourceFields.flatMap((field, index) => (fileFields.includes(field) ? [index] : []));
  return ({ columns, rowCount }) => ({
    fields: fileFields,
    columns: kept.flatMap((index) => columns[index] ?? []),
    rowCount,
  });
}

function checkFields(expected: readonly Field[], found: readonly Field[]): void {
  if (expected === found || sameFields(expected, found)) return;
  const list = (fields: readonly Field[]): string => fields.map(({ name }) => name).join(", ");
  throw lakeError(
    "LAND_SCHEMA_MISMATCH",
    `A batch has the columns ${list(found)}; being landed are ${list(expected)}.`,
  );
}
