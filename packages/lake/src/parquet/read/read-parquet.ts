import type { ObjectStore } from "@snowmelt/core/ports";
import { type ColumnBatch, type ColumnVector, type Field, landTypeText } from "@snowmelt/core/types";
import { parquetError } from "../parquet-error.ts";
import { decodePages } from "./chunk-pages.ts";
import { type ColumnRows, openColumnRows } from "./column-rows.ts";
import type { FileColumn } from "./file-column.ts";
import type { FileSlice, RowGroupMetadata } from "./file-metadata.ts";
import { type ParquetFooter, readFooter, within } from "./read-footer.ts";
import { readSlices } from "./read-slices.ts";
import { openVectorAssembler } from "./vector-assembler.ts";
import { planWidening, type Widening } from "./widen-vector.ts";

export interface ReadParquetOptions {
  /**
   * The columns to read and the types to read them as; a column the file does not have reads as NULL. A type that does
   * not hold every value of the file's is refused with PARQUET_TYPE_MISMATCH.
   * @default the file's own columns and types
   */
  readonly fields?: readonly Field[];
  /** Names of the columns to read, in that order. @default all */
  readonly columns?: readonly string[];
  /** Numbers of the row groups to read, in that order. @default all */
  readonly rowGroups?: readonly number[];
  /** Rows of a batch at most; a batch does not cross row groups. @default 65_536 */
  readonly batchRows?: number;
  /** Saves reading it again. */
  readonly footer?: ParquetFooter;
  readonly signal?: AbortSignal;
}

interface ColumnPlan {
  readonly field: Field;
  readonly column: FileColumn | undefined;
  readonly widen: Widening;
}

/**
 * The rows of a file, batch by batch, as they are pulled. Holds the compressed bytes of the columns asked for of one row
 * group, one page a column and one batch. Reads what Snowmelt writes and flat files of other writers; what it does not
 * know it refuses (PARQUET_UNSUPPORTED), and a damaged file never passes for a whole one (PARQUET_CORRUPT).
 * Reading may be started again at any row group.
 */
export async function* readParquet(
  store: ObjectStore,
  key: string,
  options: ReadParquetOptions = {},
): AsyncGenerator<ColumnBatch, void, undefined> {
  const { batchRows = 65_536, signal } = options;
  const footer = options.footer ?? (await readFooter(store, key, signal ? { signal } : {}));
  const plans = within(store, key, () => planColumns(footer, options));
  const fields = plans.map(({ field }) => field);
  for (const ordinal of options.rowGroups ?? footer.rowGroups.keys()) {
    const group = footer.rowGroups[ordinal];
    if (!group) {
      throw parquetError(
        "PARQUET_MISSING",
        `${store.uri}/${key} has ${footer.rowGroups.length} row groups, no number ${ordinal}.`,
      );
    }
    const bytes = await readSlices(store, key, { slices: slicesOf(plans, group), ...(signal ? { signal } : {}) });
    const sources = within(store, key, () => plans.map((plan, index) => openRows(plan, group, bytes[index])));
    for (let row = 0; row < group.rowCount; row += batchRows) {
      signal?.throwIfAborted();
      const rowCount = Math.min(batchRows, group.rowCount - row);
      const columns = within(store, key, () => sources.map((source) => source.take(rowCount)));
      yield { fields, columns, rowCount };
    }
  }
}

function planColumns(footer: ParquetFooter, { fields, columns }: ReadParquetOptions): ColumnPlan[] {
  const byName = new Map(footer.columns.map((column) => [column.name, column]));
  const wanted = new Map(fields?.map((field) => [field.name, field]));
  const names = columns ?? (fields ? fields.map(({ name }) => name) : footer.columns.map(({ name }) => name));
  return names.map((name) => {
    const column = byName.get(name);
    const type = wanted.get(name)?.type ?? column?.type;
    if (column?.refusal)
      throw parquetError("PARQUET_UNSUPPORTED", `Column ${JSON.stringify(name)}: ${column.refusal}.`);
    if (!type)
      throw parquetError("PARQUET_MISSING", `There is no column ${JSON.stringify(name)}, and no type is given for it.`);
    const nullable = wanted.get(name)?.nullable ?? column?.nullable ?? true;
    const field: Field = wanted.get(name) ?? { name, type, nullable };
    if (!column && !nullable) {
      throw parquetError(
        "PARQUET_MISSING",
        `There is no column ${JSON.stringify(name)}, and ${landTypeText(type)} is read as NOT NULL.`,
      );
    }
    return { field, column, widen: column?.type ? planWidening(name, column.type, type) : (dense) => dense };
  });
}

function slicesOf(plans: readonly ColumnPlan[], group: RowGroupMetadata): (FileSlice | undefined)[] {
  return plans.map(({ column }) => column && group.chunks[column.leaf]?.pages);
}

function openRows(
  { field, column, widen }: ColumnPlan,
  group: RowGroupMetadata,
  bytes: Uint8Array | undefined,
): ColumnRows {
  const chunk = column && group.chunks[column.leaf];
  if (!column) return { take: (rowCount) => nulls(field, rowCount) };
  if (!chunk || !bytes || chunk.valueCount !== group.rowCount) {
    throw parquetError(
      "PARQUET_CORRUPT",
      `Column ${JSON.stringify(column.name)} holds ${chunk?.valueCount ?? 0} values in a row group of ${group.rowCount} rows.`,
    );
  }
  const { codec } = chunk;
  return openColumnRows(field, decodePages(bytes, column, { codec, rowCount: group.rowCount, widen }));
}

function nulls(field: Field, rowCount: number): ColumnVector {
  const assembler = openVectorAssembler(field.type, rowCount);
  assembler.appendNulls(rowCount);
  return assembler.finish();
}
