import type { ColumnVector, Field } from "@snowmelt/core/types";
import { mergeRanges, type Range } from "../format/bound.ts";
import type { EncoderSettings } from "./encoder-options.ts";
import { openDefinitionLevels } from "./levels.ts";
import {
  type Compressor,
  type DataPage,
  type EncodedPage,
  encodeDataPage,
  encodeDictionaryPage,
  pageBytes,
} from "./page.ts";
import { lastRowWithin, rawBytesOf } from "./raw-bytes.ts";
import { sliceOf } from "./slice.ts";
import { checkNoNull, checkRange, checkText } from "./value-check.ts";
import { openValueEncoder } from "./value-encoder.ts";

/** One column of one row group, as pages in file order: the dictionary first. */
export interface ColumnChunk {
  readonly dictionary: EncodedPage | undefined;
  readonly pages: readonly DataPage[];
  readonly rowCount: number;
  readonly nullCount: number;
  readonly nanCount: number;
  readonly range: Range | undefined;
}

/** Turns vectors of one column into compressed pages. Page borders follow from the rows alone, not from how they are batched. */
export interface ColumnWriter {
  /** Appends rows [from, to); throws naming column and row of what the column cannot hold. */
  append(vector: ColumnVector, from: number, to: number): void;
  /** Bytes of the row group's finished pages, and what the open page and the dictionary are expected to add. */
  readonly estimatedBytes: number;
  /** Compressed over raw bytes of the file so far, the open dictionary counted uncompressed. */
  readonly ratio: number;
  /** Memory held. */
  readonly heldBytes: number;
  /** Pages of the row group, the open one included. */
  readonly pageCount: number;
  /** Ends the row group; the writer is ready for the next. */
  finish(): ColumnChunk;
}

export function openColumnWriter(field: Field, settings: EncoderSettings, compress: Compressor): ColumnWriter {
  const values = openValueEncoder(field, settings);
  const levels = openDefinitionLevels();
  let present = new Int32Array(0);
  let scratch = new Uint8Array(0);

  let page = { rowCount: 0, nullCount: 0, rawBytes: 0 };
  let pages: DataPage[] = [];
  let pagesBytes = 0;
  let chunk = emptyChunk();
  let probe = { rawBytes: 0, ratio: 1 };
  const file = { rowCount: 0, bytes: 0, rawBytes: 0 };

  /** Before the first page is finished, what is there of it is compressed for a look, again whenever it has doubled. */
  const ratio = (): number => {
    if (file.rawBytes > 0) return (file.bytes + values.dictionaryBytes) / file.rawBytes;
    if (page.rawBytes > probe.rawBytes * 2) {
      probe = { rawBytes: page.rawBytes, ratio: values.probeBytes(compress) / page.rawBytes };
    }
    return probe.ratio;
  };

  const addRows = (vector: ColumnVector, from: number, to: number): void => {
    const rows = { from, to, fileRow: file.rowCount + page.rowCount };
    if (!field.nullable && vector.nullCount > 0) checkNoNull(field, vector, rows);
    checkText(field, vector, rows);
    if (present.length < to - from) present = new Int32Array(to - from);
    const slice = sliceOf(vector, from, to, present);
    if (field.nullable) levels.append(slice.count === to - from ? undefined : vector.validity, from, to);
    values.append(slice);
    page.nullCount += to - from - slice.count;
    page.rowCount += to - from;
    page.rawBytes += rawBytesOf(vector, from, to);
  };

  const assemble = (valueBytes: Uint8Array): Uint8Array => {
    if (!field.nullable) return valueBytes;
    const needed = levels.maxBytes() + valueBytes.length;
    if (scratch.length < needed) scratch = new Uint8Array(Math.max(needed, scratch.length * 2));
    const at = levels.encode(scratch, 0, page.nullCount);
    scratch.set(valueBytes, at);
    return scratch.subarray(0, at + valueBytes.length);
  };

  const closePage = (isLast: boolean): void => {
    const { bytes, hasDictionary, range, nanCount } = values.closePage(isLast);
    const { rowCount, nullCount } = page;
    checkRange(field, range, { from: file.rowCount, to: file.rowCount + rowCount });
    const encoded = encodeDataPage(assemble(bytes), compress, { rowCount, hasDictionary });
    pages.push({ ...encoded, rowCount, nullCount, nanCount, range, hasDictionary });
    pagesBytes += pageBytes(encoded);
    chunk.rowCount += rowCount;
    chunk.nullCount += nullCount;
    chunk.nanCount += nanCount;
    chunk.range = mergeRanges(chunk.range, range);
    file.rowCount += rowCount;
    file.bytes += pageBytes(encoded);
    file.rawBytes += page.rawBytes;
    page = { rowCount: 0, nullCount: 0, rawBytes: 0 };
    levels.clear();
  };

  return {
    append(vector, from, to) {
      let row = from;
      while (row < to) {
        const start = row;
        const room = settings.pageBytes - page.rawBytes;
        const mostRows = Math.min(to, start + settings.pageRows - page.rowCount);
        row = lastRowWithin(start, mostRows, room, (end) => rawBytesOf(vector, start, end));
        if (row === start && page.rowCount === 0) row++;
        if (row > start) addRows(vector, start, row);
        if (row < to || page.rowCount === settings.pageRows) closePage(false);
      }
    },
    get estimatedBytes() {
      return pagesBytes + ratio() * page.rawBytes + (file.rawBytes > 0 ? values.dictionaryBytes : 0);
    },
    get ratio() {
      return ratio();
    },
    get heldBytes() {
      return pagesBytes + values.heldBytes + scratch.length + present.byteLength;
    },
    get pageCount() {
      return pages.length + (page.rowCount > 0 ? 1 : 0);
    },
    finish() {
      if (page.rowCount > 0) closePage(true);
      const entries = values.closeRowGroup();
      const dictionary = entries && encodeDictionaryPage(entries.bytes, compress, entries.entryCount);
      if (dictionary) file.bytes += pageBytes(dictionary);
      const finished = { dictionary, pages, ...chunk };
      pages = [];
      pagesBytes = 0;
      chunk = emptyChunk();
      return finished;
    },
  };
}

const emptyChunk = () => ({ rowCount: 0, nullCount: 0, nanCount: 0, range: undefined as Range | undefined });
