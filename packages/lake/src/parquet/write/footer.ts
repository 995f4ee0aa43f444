import { storageOf } from "@snowmelt/core/types";
import { encodeStored } from "../format/bound.ts";
import { codecIds } from "../format/codec.ts";
import type { FileSchema, Leaf } from "../format/file-schema.ts";
import { Encoding, magic, PageType } from "../format/format.ts";
import { physicalOf } from "../format/physical-type.ts";
import { encodeThrift, type ThriftWriter } from "../format/thrift-writer.ts";
import { calendarMetadata } from "./calendar-metadata.ts";
import type { EncoderSettings } from "./encoder-options.ts";
import type { PlacedChunk, PlacedRowGroup } from "./row-group.ts";

interface FileSlice {
  readonly offset: number;
  readonly bytes: number;
}

/** Where a chunk's page indexes stand. */
type IndexPlaces = ReadonlyMap<PlacedChunk, { readonly column?: FileSlice; readonly offset?: FileSlice }>;

interface FooterContext {
  readonly places: IndexPlaces;
  readonly settings: EncoderSettings;
}

/** What follows the last row group, which ends at `offset`: column indexes, offset indexes, footer, length and magic. */
export function encodeTail(
  schema: FileSchema,
  rowGroups: readonly PlacedRowGroup[],
  { offset, settings }: { readonly offset: number; readonly settings: EncoderSettings },
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const places = new Map<PlacedChunk, { column?: FileSlice; offset?: FileSlice }>();
  let at = offset;
  const put = (bytes: Uint8Array): FileSlice => {
    parts.push(bytes);
    at += bytes.length;
    return { offset: at - bytes.length, bytes: bytes.length };
  };
  const chunks = rowGroups.flatMap((group) => group.columns);
  for (const chunk of chunks) places.set(chunk, chunk.columnIndex ? { column: put(chunk.columnIndex) } : {});
  for (const chunk of chunks) {
    if (chunk.offsetIndex) places.set(chunk, { ...places.get(chunk), offset: put(chunk.offsetIndex) });
  }
  return [...parts, encodeFooter(schema, rowGroups, { places, settings })];
}

function encodeFooter(
  { columnCount, elements, leaves }: FileSchema,
  rowGroups: readonly PlacedRowGroup[],
  context: FooterContext,
): Uint8Array {
  const { settings } = context;
  const footer = encodeThrift((thrift) => {
    thrift.i32(1, 2);
    const root = (): void => {
      thrift.string(4, "schema");
      thrift.i32(5, columnCount);
    };
    thrift.structs(2, [root, ...elements], (writeElement) => writeElement(thrift));
    thrift.i64(
      3,
      rowGroups.reduce((rows, group) => rows + group.rowCount, 0),
    );
    thrift.structs(4, rowGroups, (group, ordinal) => writeRowGroup(thrift, leaves, { group, ordinal, ...context }));
    const metadata = Object.entries({ ...calendarMetadata(leaves.map(({ type }) => type)), ...settings.metadata });
    if (metadata.length > 0) {
      thrift.structs(5, metadata, ([key, value]) => {
        thrift.string(1, key);
        thrift.string(2, value);
      });
    }
    thrift.string(6, settings.createdBy);
    // Readers ignore min_value and max_value of a column whose order is not stated: field 1 is TYPE_ORDER.
    thrift.structs(7, leaves, () => thrift.struct(1, () => {}));
  });
  const bytes = new Uint8Array(footer.length + 8);
  bytes.set(footer);
  new DataView(bytes.buffer).setUint32(footer.length, footer.length, true);
  bytes.set(magic, footer.length + 4);
  return bytes;
}

function writeRowGroup(
  thrift: ThriftWriter,
  leaves: readonly Leaf[],
  { group, ordinal, places, settings }: { group: PlacedRowGroup; ordinal: number } & FooterContext,
): void {
  thrift.structs(1, group.columns, (chunk, index) => {
    const leaf = leaves[index];
    if (leaf) writeColumnChunk(thrift, leaf, { chunk, places, settings });
  });
  thrift.i64(2, group.rawBytes);
  thrift.i64(3, group.rowCount);
  thrift.i64(5, group.offset);
  thrift.i64(6, group.bytes);
  if (ordinal < 0x8000) thrift.i16(7, ordinal);
}

function writeColumnChunk(
  thrift: ThriftWriter,
  leaf: Leaf,
  { chunk, places, settings }: { chunk: PlacedChunk } & FooterContext,
): void {
  thrift.i64(2, 0);
  thrift.struct(3, () => {
    thrift.i32(1, physicalOf(leaf.type));
    thrift.i32s(2, [
      Encoding.PLAIN,
      Encoding.RLE,
      ...(chunk.dictionaryOffset === undefined ? [] : [Encoding.RLE_DICTIONARY]),
    ]);
    thrift.strings(3, leaf.path);
    thrift.i32(4, codecIds[settings.codec]);
    thrift.i64(5, chunk.rowCount);
    thrift.i64(6, chunk.rawBytes);
    thrift.i64(7, chunk.bytes);
    thrift.i64(9, chunk.dataOffset);
    if (chunk.dictionaryOffset !== undefined) thrift.i64(11, chunk.dictionaryOffset);
    if (settings.statistics) thrift.struct(12, () => writeStatistics(thrift, leaf, chunk));
    thrift.structs(13, encodingCounts(chunk), ({ pageType, encoding, pageCount }) => {
      thrift.i32(1, pageType);
      thrift.i32(2, encoding);
      thrift.i32(3, pageCount);
    });
  });
  const { offset, column } = places.get(chunk) ?? {};
  if (offset) {
    thrift.i64(4, offset.offset);
    thrift.i32(5, offset.bytes);
  }
  if (column) {
    thrift.i64(6, column.offset);
    thrift.i32(7, column.bytes);
  }
}

/**
 * Bounds leave NaN out, as the format asks. Engines that order NaN above all numbers (Snowflake, Spark, DuckDB) would then
 * skip NaN that `v > x` is to find, so a chunk that holds NaN gets no bounds, as parquet-java does it.
 */
function writeStatistics(thrift: ThriftWriter, { type }: Leaf, { nullCount, nanCount, range }: PlacedChunk): void {
  const storage = storageOf(type);
  const bounds = nanCount === 0 ? range : undefined;
  thrift.i64(3, nullCount);
  if (bounds?.max) thrift.binary(5, encodeStored(storage, bounds.max.value));
  if (bounds) thrift.binary(6, encodeStored(storage, bounds.min.value));
  if (bounds?.max) thrift.bool(7, bounds.max.exact);
  if (bounds) thrift.bool(8, bounds.min.exact);
}

/** Lets readers know that every page is by dictionary without opening one. */
function encodingCounts(chunk: PlacedChunk): { pageType: number; encoding: number; pageCount: number }[] {
  const { dictionaryPages, plainPages } = chunk;
  const data = PageType.DATA_PAGE;
  return [
    ...(chunk.dictionaryOffset === undefined
      ? []
      : [{ pageType: PageType.DICTIONARY_PAGE, encoding: Encoding.PLAIN, pageCount: 1 }]),
    ...(dictionaryPages > 0 ? [{ pageType: data, encoding: Encoding.RLE_DICTIONARY, pageCount: dictionaryPages }] : []),
    ...(plainPages > 0 ? [{ pageType: data, encoding: Encoding.PLAIN, pageCount: plainPages }] : []),
  ];
}
