import { decodeThrift, fieldsOf, type ThriftStruct } from "../format/thrift-reader.ts";
import { parquetError } from "../parquet-error.ts";
import { type FileColumn, parseFileColumns } from "./file-column.ts";
import { parseSchemaTree, type SchemaNode } from "./schema-tree.ts";

/** Statistics as they stand in the footer; bounds are PLAIN bytes. */
export interface ChunkStatistics {
  readonly nullCount: number | undefined;
  readonly min: Uint8Array | undefined;
  readonly max: Uint8Array | undefined;
  readonly isMinExact: boolean | undefined;
  readonly isMaxExact: boolean | undefined;
}

export interface FileSlice {
  readonly start: number;
  readonly end: number;
}

export interface ChunkMetadata {
  readonly codec: number;
  readonly valueCount: number;
  /** Dictionary and data pages. */
  readonly pages: FileSlice;
  readonly statistics: ChunkStatistics | undefined;
  readonly columnIndex: FileSlice | undefined;
  readonly offsetIndex: FileSlice | undefined;
}

export interface RowGroupMetadata {
  readonly rowCount: number;
  readonly bytes: number;
  /** By leaf. */
  readonly chunks: readonly ChunkMetadata[];
}

export interface FileMetadata {
  readonly rowCount: number;
  /** The top-level columns. */
  readonly columns: readonly FileColumn[];
  readonly schema: readonly SchemaNode[];
  readonly rowGroups: readonly RowGroupMetadata[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdBy: string | undefined;
}

/** Parses the footer's bytes, without its length and magic. Sums and offsets that cannot be are PARQUET_CORRUPT. */
export function parseFileMetadata(footer: Uint8Array, fileBytes: number): FileMetadata {
  const fields = fieldsOf(decodeThrift(footer).value, "FileMetaData");
  if (fields.struct(8)) throw parquetError("PARQUET_UNSUPPORTED", "Its columns are encrypted, which are not read.");
  const columns = parseFileColumns(fields.structs(2));
  const schema = parseSchemaTree(fields.structs(2));
  // Bounds in an order that is not the type's own say nothing; each leaf has an order, or the list is absent.
  const orders = fields.structs(7).map((order) => order.has(1));
  const rowGroups = fields.structs(4).map((group) => parseRowGroup(group, orders, fileBytes));
  const rowCount = fields.count(3);
  const counted = rowGroups.reduce((total, group) => total + group.rowCount, 0);
  if (counted !== rowCount) {
    throw parquetError("PARQUET_CORRUPT", `The footer says ${rowCount} rows, its row groups hold ${counted}.`);
  }
  const metadata: Record<string, string> = {};
  for (const entry of fields.structs(5)) {
    const pair = fieldsOf(entry, "KeyValue");
    metadata[pair.string(1) ?? ""] = pair.string(2) ?? "";
  }
  return { rowCount, columns, schema, rowGroups, metadata, createdBy: fields.string(6) };
}

function parseRowGroup(struct: ThriftStruct, orders: readonly boolean[], fileBytes: number): RowGroupMetadata {
  const fields = fieldsOf(struct, "RowGroup");
  const chunks = fields.structs(1).map((chunk, leaf) => parseChunk(chunk, orders[leaf] ?? false, fileBytes));
  const bytes = chunks.reduce((total, { pages }) => total + pages.end - pages.start, 0);
  return { rowCount: fields.count(3), bytes, chunks };
}

function parseChunk(struct: ThriftStruct, isOrdered: boolean, fileBytes: number): ChunkMetadata {
  const chunk = fieldsOf(struct, "ColumnChunk");
  if (chunk.binary(1) !== undefined) {
    throw parquetError("PARQUET_UNSUPPORTED", "A column chunk lies in another file, which is not read.");
  }
  const fields = fieldsOf(chunk.requiredStruct(3), "ColumnMetaData");
  const data = fields.count(9);
  const dictionary = fields.integer(11) ?? 0;
  const start = dictionary > 0 && dictionary < data ? dictionary : data;
  const end = start + fields.count(7);
  const valueCount = fields.count(5);
  if (valueCount > 0 && (start < 4 || end > fileBytes)) {
    throw parquetError("PARQUET_CORRUPT", `A column chunk spans bytes ${start} to ${end} of a file of ${fileBytes}.`);
  }
  const slice = (offset: number, length: number): FileSlice | undefined => {
    const from = chunk.integer(offset);
    return from === undefined ? undefined : { start: from, end: from + chunk.count(length) };
  };
  const statistics = fields.struct(12);
  return {
    codec: fields.count(4),
    valueCount,
    // Of no rows pyarrow writes pages nowhere.
    pages: valueCount === 0 ? { start: 4, end: 4 } : { start, end },
    statistics: statistics && parseStatistics(statistics, isOrdered),
    columnIndex: slice(6, 7),
    offsetIndex: slice(4, 5),
  };
}

function parseStatistics(struct: ThriftStruct, isOrdered: boolean): ChunkStatistics {
  const fields = fieldsOf(struct, "Statistics");
  return {
    nullCount: fields.integer(3),
    min: isOrdered ? fields.binary(6) : undefined,
    max: isOrdered ? fields.binary(5) : undefined,
    isMinExact: fields.boolean(8),
    isMaxExact: fields.boolean(7),
  };
}
