import type { LandType } from "@snowmelt/core/types";
import type { Range } from "../format/bound.ts";
import type { ColumnChunk } from "./column-writer.ts";
import { type EncodedPage, pageBytes } from "./page.ts";
import { encodeColumnIndex, encodeOffsetIndex } from "./page-index.ts";

/** A column chunk with its place in the file. */
export interface PlacedChunk {
  readonly dictionaryOffset: number | undefined;
  /** Of the first data page. */
  readonly dataOffset: number;
  readonly bytes: number;
  readonly rawBytes: number;
  readonly rowCount: number;
  readonly nullCount: number;
  readonly nanCount: number;
  readonly range: Range | undefined;
  readonly dictionaryPages: number;
  readonly plainPages: number;
  /** Written behind the last row group. */
  readonly columnIndex: Uint8Array | undefined;
  readonly offsetIndex: Uint8Array | undefined;
}

export interface PlacedRowGroup {
  readonly offset: number;
  readonly bytes: number;
  readonly rawBytes: number;
  readonly rowCount: number;
  readonly columns: readonly PlacedChunk[];
}

/** Lays the chunks one after another from `offset` on, and encodes their page indexes, so that pages can be let go. */
export function placeRowGroup(
  leaves: readonly { readonly type: LandType }[],
  chunks: readonly ColumnChunk[],
  { offset, rowCount, pageIndex }: { readonly offset: number; readonly rowCount: number; readonly pageIndex: boolean },
): { readonly group: PlacedRowGroup; readonly parts: Uint8Array[] } {
  const parts: Uint8Array[] = [];
  let at = offset;
  const columns = chunks.map((chunk, index): PlacedChunk => {
    const start = at;
    let rawBytes = 0;
    const put = (page: EncodedPage): void => {
      parts.push(page.header, page.body);
      at += pageBytes(page);
      rawBytes += page.rawBytes;
    };
    if (chunk.dictionary) put(chunk.dictionary);
    const dataOffset = at;
    for (const page of chunk.pages) put(page);
    const leaf = leaves[index];
    const dictionaryPages = chunk.pages.filter((page) => page.hasDictionary).length;
    return {
      dictionaryOffset: chunk.dictionary ? start : undefined,
      dataOffset,
      bytes: at - start,
      rawBytes,
      rowCount: chunk.rowCount,
      nullCount: chunk.nullCount,
      nanCount: chunk.nanCount,
      range: chunk.range,
      dictionaryPages,
      plainPages: chunk.pages.length - dictionaryPages,
      columnIndex: pageIndex && leaf ? encodeColumnIndex(leaf.type, chunk.pages) : undefined,
      offsetIndex: pageIndex ? encodeOffsetIndex(chunk.pages, dataOffset) : undefined,
    };
  });
  const rawBytes = columns.reduce((total, column) => total + column.rawBytes, 0);
  return { group: { offset, bytes: at - offset, rawBytes, rowCount, columns }, parts };
}
