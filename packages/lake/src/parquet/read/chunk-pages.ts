import { crc32 } from "node:zlib";
import type { ColumnVector } from "@snowmelt/core/types";
import { decompress } from "../format/codec.ts";
import { Encoding, nameOf, PageType } from "../format/format.ts";
import { parquetError } from "../parquet-error.ts";
import { decodeDense } from "./dense-values.ts";
import type { FileColumn } from "./file-column.ts";
import { type PageHeader, parsePageHeader } from "./page-header.ts";
import { type ByteCursor, decodeRuns, decodeValidity } from "./runs.ts";
import type { Widening } from "./widen-vector.ts";

/** One data page: which rows have a value, and the values, by dictionary entry or one after another. */
export interface DecodedPage {
  readonly rowCount: number;
  readonly nullCount: number;
  /** Undefined: no NULL. */
  readonly validity: Uint8Array | undefined;
  /** Without NULLs. */
  readonly values: ColumnVector;
  /** Rows of `values`, one a row that is not NULL; undefined: in order. */
  readonly indices: Int32Array | undefined;
}

/** Takes a page's levels off its values. */
export type PageOpener = (header: PageHeader, body: Uint8Array, codec: number) => OpenPage;

export interface DecodePagesOptions {
  readonly codec: number;
  /** Of the column chunk: its rows, or its entries where something repeats. */
  readonly rowCount: number;
  readonly widen: Widening;
  /** @default that of a flat column */
  readonly openPage?: PageOpener;
}

/** Decodes the pages of a column chunk one at a time; `bytes` are exactly the chunk's. */
export function* decodePages(
  bytes: Uint8Array,
  column: FileColumn,
  { codec, rowCount, widen, openPage = flatPageOpener(column) }: DecodePagesOptions,
): Generator<DecodedPage, void, undefined> {
  let dictionary: ColumnVector | undefined;
  let entryCount = 0;
  let rows = 0;
  for (let at = 0; rows < rowCount; ) {
    const { header, end } = parsePageHeader(bytes, at);
    if (header.bytes > bytes.length - end)
      throw damaged(`a page of ${header.bytes} bytes goes beyond its column chunk`);
    const body = bytes.subarray(end, end + header.bytes);
    at = end + header.bytes;
    if (header.crc !== undefined && crc32(body) !== header.crc >>> 0)
      throw damaged("a page does not match its checksum");
    if (header.type === PageType.DICTIONARY_PAGE) {
      if (dictionary) throw damaged("a column chunk has two dictionaries");
      const raw = decompress(codec, body, header.rawBytes);
      entryCount = header.valueCount;
      dictionary = widen(decodeDense(column, plainOf(header.encoding), cursorOf(raw), entryCount));
    } else if (header.type === PageType.DATA_PAGE || header.type === PageType.DATA_PAGE_V2) {
      const page = openPage(header, body, codec);
      rows += page.rowCount;
      if (rows > rowCount) throw damaged(`its pages hold more than the row group's ${rowCount} rows`);
      yield readValues(page, header, { column, widen, dictionary, entryCount });
    } else if (header.type !== PageType.INDEX_PAGE) {
      throw parquetError("PARQUET_UNSUPPORTED", `Pages of type ${nameOf(PageType, header.type)} are not read.`);
    }
  }
}

export interface OpenPage {
  readonly rowCount: number;
  readonly nullCount: number;
  readonly validity: Uint8Array | undefined;
  readonly values: ByteCursor;
}

const flatPageOpener =
  ({ nullable }: FileColumn): PageOpener =>
  (header, body, codec) =>
    openFlatPage(header, body, { codec, nullable });

function openFlatPage(
  header: PageHeader,
  body: Uint8Array,
  { codec, nullable }: { readonly codec: number; readonly nullable: boolean },
): OpenPage {
  const rowCount = header.valueCount;
  const { levels } = header;
  if (levels) {
    const levelBytes = levels.repetitionBytes + levels.definitionBytes;
    if (levels.repetitionBytes > 0) throw damaged("a flat column has repetition levels");
    if (levelBytes > body.length || levelBytes > header.rawBytes) throw damaged("its levels are longer than the page");
    const { bits, nullCount } = nullable
      ? decodeValidity({ bytes: body, at: 0, end: levelBytes }, rowCount)
      : { bits: undefined, nullCount: 0 };
    const rest = body.subarray(levelBytes);
    const rawBytes = header.rawBytes - levelBytes;
    const raw = header.isCompressed && rawBytes > 0 ? decompress(codec, rest, rawBytes) : rest;
    return { rowCount, nullCount, validity: bits, values: cursorOf(raw) };
  }
  const raw = decompress(codec, body, header.rawBytes);
  if (!nullable) return { rowCount, nullCount: 0, validity: undefined, values: cursorOf(raw) };
  if (header.levelEncoding !== Encoding.RLE) {
    throw parquetError(
      "PARQUET_UNSUPPORTED",
      `Levels in encoding ${nameOf(Encoding, header.levelEncoding)} are not read.`,
    );
  }
  if (raw.length < 4) throw damaged("a page is too short for its levels");
  const end = 4 + new DataView(raw.buffer, raw.byteOffset, 4).getUint32(0, true);
  if (end > raw.length) throw damaged("its levels are longer than the page");
  const { bits, nullCount } = decodeValidity({ bytes: raw, at: 4, end }, rowCount);
  return { rowCount, nullCount, validity: bits, values: { bytes: raw, at: end, end: raw.length } };
}

function readValues(
  { values: cursor, ...page }: OpenPage,
  header: PageHeader,
  context: {
    readonly column: FileColumn;
    readonly widen: Widening;
    readonly dictionary: ColumnVector | undefined;
    readonly entryCount: number;
  },
): DecodedPage {
  const { column, widen, dictionary, entryCount } = context;
  const count = page.rowCount - page.nullCount;
  const isIndexed = header.encoding === Encoding.RLE_DICTIONARY || header.encoding === Encoding.PLAIN_DICTIONARY;
  if (!isIndexed) {
    return { ...page, values: widen(decodeDense(column, header.encoding, cursor, count)), indices: undefined };
  }
  if (!dictionary) throw damaged("a page refers to a dictionary that is not there");
  const bitWidth = cursor.at < cursor.end ? (cursor.bytes[cursor.at] ?? 0) : 0;
  const indices = decodeRuns({ ...cursor, at: cursor.at + 1 }, bitWidth, count);
  for (let i = 0; i < count; i++) {
    if ((indices[i] ?? 0) >>> 0 >= entryCount) throw damaged(`a page refers to entry ${indices[i]} of ${entryCount}`);
  }
  return { ...page, values: dictionary, indices };
}

const plainOf = (encoding: number): number => (encoding === Encoding.PLAIN_DICTIONARY ? Encoding.PLAIN : encoding);

const cursorOf = (bytes: Uint8Array): ByteCursor => ({ bytes, at: 0, end: bytes.length });

const damaged = (what: string) => parquetError("PARQUET_CORRUPT", `A column chunk is damaged: ${what}.`);
