import type { ColumnBatch, Field } from "@snowmelt/core/types";
import { mergeRanges } from "../format/bound.ts";
import { compressorOf } from "../format/codec.ts";
import { flatSchema } from "../format/file-schema.ts";
import { magic } from "../format/format.ts";
import { parquetError } from "../parquet-error.ts";
import { checkBatch, checkFields } from "./batch-check.ts";
import { type ColumnChunk, openColumnWriter } from "./column-writer.ts";
import { type ParquetEncoderOptions, toEncoderSettings } from "./encoder-options.ts";
import { type ColumnTotals, type ParquetFileSummary, summarizeColumn } from "./file-summary.ts";
import { encodeTail } from "./footer.ts";
import { lastRowWithin, rawBytesOf } from "./raw-bytes.ts";
import { type PlacedRowGroup, placeRowGroup } from "./row-group.ts";

/** Rows [from, to) of a batch. */
export interface RowRange {
  /** @default 0 */
  readonly from?: number;
  /** @default the batch's rowCount */
  readonly to?: number;
}

/**
 * Encodes one file, batch by batch. Everything is synchronous; bytes handed out are to be written in order and belong
 * to the caller. Nothing of a batch is kept once `append` returns. After an error the file is lost: start another.
 *
 * Memory: the compressed pages of one row group, an open page a column (raw) and the dictionaries. That is at most
 * about `rowGroupBytes` for data that does not compress, plus 3 MiB a column whose dictionary is full; see `heldBytes`.
 *
 * The same rows and options give the same bytes, whatever the batches.
 */
export interface ParquetEncoder {
  readonly fields: readonly Field[];
  /** Rows appended. */
  readonly rowCount: number;
  /** Bytes handed out. */
  readonly bytesWritten: number;
  /** Size of the file if it were finished now; off by less than the raw size of the open pages and dictionaries. */
  readonly estimatedBytes: number;
  /** Memory held. */
  readonly heldBytes: number;
  /** Appends rows and hands out the row groups they complete. */
  append(batch: ColumnBatch, rows?: RowRange): Uint8Array[];
  /**
   * How many rows of the batch, counted from `from`, can be appended before the file is expected to exceed `maxBytes`;
   * at least 1 for an empty file. A file cut where this says 0 exceeds `maxBytes` by less than one page a column.
   */
  rowsWithin(maxBytes: number, batch: ColumnBatch, from?: number): number;
  /** Ends the open row group early, to give up its memory. */
  flush(): Uint8Array[];
  /** Ends the file. The encoder cannot be used after it. */
  finish(): { readonly parts: Uint8Array[]; readonly summary: ParquetFileSummary };
}

export function openParquetEncoder(fields: readonly Field[], options?: ParquetEncoderOptions): ParquetEncoder {
  const settings = toEncoderSettings(options);
  checkFields(fields);
  const compress = compressorOf(settings.codec, settings.codecLevel);
  const writers = fields.map((field) => openColumnWriter(field, settings, compress));
  const footerBytesAGroup = fields.reduce((total, { name }) => total + name.length * 3 + 160 + settings.boundBytes, 0);

  let isFinished = false;
  let rowCount = 0;
  let bytesWritten = 0;
  let indexBytes = 0;
  let group = { rowCount: 0, rawBytes: 0 };
  const rowGroups: PlacedRowGroup[] = [];
  let totals: ColumnTotals[] = fields.map(() => ({ nullCount: 0, nanCount: 0, range: undefined }));

  const handOut = (parts: Uint8Array[]): Uint8Array[] => {
    for (const part of parts) bytesWritten += part.length;
    return parts;
  };
  const begin = (): Uint8Array[] => {
    if (isFinished) throw parquetError("PARQUET_WRITER_CLOSED", "The Parquet encoder was used after finish().");
    return bytesWritten === 0 ? handOut([magic.slice()]) : [];
  };
  const closeRowGroup = (): Uint8Array[] => {
    if (group.rowCount === 0) return [];
    const chunks = writers.map((writer) => writer.finish());
    const placed = placeRowGroup(fields, chunks, {
      offset: bytesWritten,
      rowCount: group.rowCount,
      pageIndex: settings.pageIndex,
    });
    for (const { columnIndex, offsetIndex } of placed.group.columns) {
      indexBytes += (columnIndex?.length ?? 0) + (offsetIndex?.length ?? 0);
    }
    rowGroups.push(placed.group);
    totals = totals.map((total, index) => addChunk(total, chunks[index]));
    group = { rowCount: 0, rawBytes: 0 };
    return handOut(placed.parts);
  };
  const estimate = (): number => {
    const pages = writers.reduce((total, writer) => total + writer.estimatedBytes, 0);
    const pageCount = writers.reduce((total, writer) => total + writer.pageCount, 0);
    const pageIndexBytes = settings.pageIndex ? indexBytes + pageCount * (32 + settings.boundBytes) : 0;
    const footerBytes = (rowGroups.length + 1) * footerBytesAGroup + 256;
    return Math.ceil(Math.max(bytesWritten, magic.length) + pages + pageIndexBytes + footerBytes);
  };

  return {
    fields,
    get rowCount() {
      return rowCount;
    },
    get bytesWritten() {
      return bytesWritten;
    },
    get estimatedBytes() {
      return isFinished ? bytesWritten : estimate();
    },
    get heldBytes() {
      return writers.reduce((total, writer) => total + writer.heldBytes, indexBytes);
    },
    append(batch, { from = 0, to = batch.rowCount } = {}) {
      const parts = begin();
      checkBatch(fields, batch, { from, to });
      let row = from;
      while (row < to) {
        const start = row;
        const rawBytes = (end: number): number =>
          batch.columns.reduce((total, vector) => total + rawBytesOf(vector, start, end), 0);
        const mostRows = Math.min(to, start + settings.rowGroupRows - group.rowCount);
        row = lastRowWithin(start, mostRows, settings.rowGroupBytes - group.rawBytes, rawBytes);
        if (row === start && group.rowCount === 0) row++;
        if (row > start) {
          batch.columns.forEach((vector, index) => {
            writers[index]?.append(vector, start, row);
          });
          group.rowCount += row - start;
          group.rawBytes += rawBytes(row);
          rowCount += row - start;
        }
        if (row < to || group.rowCount === settings.rowGroupRows) parts.push(...closeRowGroup());
      }
      return parts;
    },
    rowsWithin(maxBytes, batch, from = 0) {
      const expectedBytes = (end: number): number =>
        batch.columns.reduce((total, vector, index) => {
          return total + rawBytesOf(vector, from, end) * (writers[index]?.ratio ?? 1);
        }, 0);
      const rows = lastRowWithin(from, batch.rowCount, maxBytes - estimate(), expectedBytes) - from;
      return rowCount === 0 && batch.rowCount > from ? Math.max(1, rows) : rows;
    },
    flush() {
      return [...begin(), ...closeRowGroup()];
    },
    finish() {
      const parts = [...begin(), ...closeRowGroup()];
      parts.push(...handOut(encodeTail(flatSchema(fields), rowGroups, { offset: bytesWritten, settings })));
      isFinished = true;
      const columns = fields.map((field, index) =>
        summarizeColumn(field, totals[index] ?? addChunk(undefined, undefined)),
      );
      const groups = rowGroups.map((placed) => ({ rowCount: placed.rowCount, bytes: placed.bytes }));
      return { parts, summary: { rowCount, bytes: bytesWritten, rowGroups: groups, columns } };
    },
  };
}

function addChunk(total: ColumnTotals | undefined, chunk: ColumnChunk | undefined): ColumnTotals {
  return {
    nullCount: (total?.nullCount ?? 0) + (chunk?.nullCount ?? 0),
    nanCount: (total?.nanCount ?? 0) + (chunk?.nanCount ?? 0),
    range: mergeRanges(total?.range, chunk?.range),
  };
}
