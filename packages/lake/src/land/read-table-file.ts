import { type ColumnBatch, type ColumnVector, type Field, openVectorBuilder } from "@snowmelt/core/types";
import type { PartitionValues } from "../delta/action.ts";
import { toTableKey } from "../delta/log-path.ts";
import type { TableLocation } from "../delta/read-commits.ts";
import { type ParquetFooter, readParquet } from "../parquet/index.ts";
import { parsePartitionText } from "../partition/partition-value.ts";

export interface TableFile {
  /** Key below the table's root. */
  readonly path: string;
  readonly partitionValues: PartitionValues;
}

export interface ReadTableFileOptions {
  readonly fields: readonly Field[];
  /** Saves reading it again. */
  readonly footer?: ParquetFooter | undefined;
  /** Numbers of the row groups to read. @default all */
  readonly rowGroups?: readonly number[] | undefined;
  /** @default 65_536 */
  readonly batchRows?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The rows of a data file as rows of the table: its partition columns have the file's partition values, and a column
 * that the file is older than is NULL. Bounded by a row group of the columns asked for.
 */
export async function* readTableFile(
  table: TableLocation,
  file: TableFile,
  options: ReadTableFileOptions,
): AsyncGenerator<ColumnBatch> {
  const { fields, footer, rowGroups, batchRows, signal } = options;
  const key = toTableKey(table.path, file.path);
  const isStored = ({ name }: Field): boolean => !Object.hasOwn(file.partitionValues, name);
  const stored = fields.filter(isStored);
  const given = {
    ...(footer ? { footer } : {}),
    ...(rowGroups ? { rowGroups } : {}),
    ...(batchRows === undefined ? {} : { batchRows }),
    ...(signal ? { signal } : {}),
  };
  for await (const batch of readParquet(table.store, key, { fields: stored, ...given })) {
    let next = 0;
    const columns = fields.flatMap((field) => {
      if (!isStored(field)) return constantVector(field, file.partitionValues[field.name] ?? null, batch.rowCount);
      return batch.columns[next++] ?? [];
    });
    yield { fields, columns, rowCount: batch.rowCount };
  }
}

function constantVector(field: Field, text: string | null, rowCount: number): ColumnVector {
  const value = parsePartitionText(field, text);
  const builder = openVectorBuilder(field.type, rowCount);
  for (let row = 0; row < rowCount; row++) {
    if (value === null) builder.appendNull();
    else if (typeof value === "string") builder.appendText(value);
    else if (value instanceof Uint8Array) builder.appendBytes(value);
    else if (builder.storage === "int64") builder.appendInt64(BigInt(value));
    else if (builder.storage === "int128")
      builder.appendInt128(BigInt.asUintN(64, BigInt(value)), BigInt(value) >> 64n);
    else builder.appendNumber(Number(value));
  }
  return builder.finish();
}
