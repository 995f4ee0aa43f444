import type { ObjectStore } from "@snowmelt/core/ports";
import { type ColumnVector, type Field, openVectorBuilder, type Value } from "@snowmelt/core/types";
import type { PartitionValues } from "../delta/action.ts";
import { lakeError } from "../lake-error.ts";
import { type ColumnSummary, type ParquetFooter, readParquet } from "../parquet/index.ts";
import { openPartitionCoder } from "../partition/derive-partition.ts";
import type { LayoutPartition, TableLayout } from "../partition/table-layout.ts";

export interface PartitionedFile {
  readonly store: ObjectStore;
  readonly footer: ParquetFooter;
  /** Of all columns the file holds. */
  readonly columns: readonly ColumnSummary[];
  /** What the folders say, by partition column; undefined where they say nothing. */
  readonly folders: readonly (string | null | undefined)[];
}

/**
 * The partition of a file, from its rows: the bounds of the column where they are exact, else the column itself. Throws
 * PARTITION_VALUE_INVALID for a file with rows of two partitions, or in the folder of another.
 */
export async function readFilePartition(
  file: PartitionedFile,
  layout: TableLayout,
  signal?: AbortSignal,
): Promise<PartitionValues> {
  const entries: (readonly [string, string | null])[] = [];
  for (const [index, partition] of layout.partitions.entries()) {
    const source = layout.sourceFields[partition.sourceIndex] ?? partition.field;
    const told = file.folders[index];
    const found =
      file.footer.rowCount === 0 ? (told ?? null) : await readPartition(file, { partition, source, signal });
    if (told !== undefined && told !== found) throw misplaced(file, partition, { told, found });
    entries.push([partition.field.name, found]);
  }
  return Object.fromEntries(entries);
}

interface PartitionSource {
  readonly partition: LayoutPartition;
  /** The column in the files that the partition follows from. */
  readonly source: Field;
  readonly signal: AbortSignal | undefined;
}

async function readPartition(file: PartitionedFile, from: PartitionSource): Promise<string | null> {
  const { partition, source } = from;
  const summary = file.columns.find(({ name }) => name === source.name);
  const { min = null, max = null, nullCount = 0, isMinExact = false, isMaxExact = false } = summary ?? {};
  if (nullCount === file.footer.rowCount) return null;
  if (nullCount > 0) throw mixed(file, partition);
  if (min === null || max === null || !isMinExact || !isMaxExact) return readEveryRow(file, from);
  const coder = openPartitionCoder(partition, source.type);
  const bounds = vectorOf(source, [min, max]);
  const code = coder.codeOf(bounds, 0);
  // Every transform keeps the order of its column, so that what lies between is of the same partition.
  if (coder.codeOf(bounds, 1) !== code) throw mixed(file, partition);
  return coder.textOf(code);
}

async function readEveryRow(
  file: PartitionedFile,
  { partition, source, signal }: PartitionSource,
): Promise<string | null> {
  const { store, footer } = file;
  const coder = openPartitionCoder(partition, source.type);
  let first: number | undefined;
  for await (const { columns, rowCount } of readParquet(store, footer.key, {
    fields: [{ ...source, nullable: true }],
    footer,
    ...(signal ? { signal } : {}),
  })) {
    const [vector] = columns;
    for (let row = 0; vector && row < rowCount; row++) {
      const code = coder.codeOf(vector, row);
      first ??= code;
      if (code !== first) throw mixed(file, partition);
    }
  }
  return first === undefined ? null : coder.textOf(first);
}

function vectorOf({ type }: Field, values: readonly Value[]): ColumnVector {
  const builder = openVectorBuilder(type, values.length);
  for (const value of values) {
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

const mixed = ({ footer, store }: PartitionedFile, { field }: LayoutPartition): Error =>
  lakeError(
    "PARTITION_VALUE_INVALID",
    `${store.uri}/${footer.key} has rows of more than one partition by ${field.name}; expected one.`,
    { details: { key: footer.key, column: field.name } },
  );

const misplaced = (
  { footer, store }: PartitionedFile,
  { field }: LayoutPartition,
  { told, found }: { readonly told: string | null; readonly found: string | null },
): Error =>
  lakeError(
    "PARTITION_VALUE_INVALID",
    `${store.uri}/${footer.key} is in the folder of ${field.name} = ${JSON.stringify(told)}, and its rows have ${JSON.stringify(found)}.`,
    { details: { key: footer.key, column: field.name } },
  );
