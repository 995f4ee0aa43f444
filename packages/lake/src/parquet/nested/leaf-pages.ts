import type { ColumnVector } from "@snowmelt/core/types";
import { mergeRanges, type Range } from "../format/bound.ts";
import { plainWidth } from "../format/physical-type.ts";
import type { ColumnChunk } from "../write/column-writer.ts";
import type { EncoderSettings } from "../write/encoder-options.ts";
import { type Compressor, type DataPage, encodeDataPage, encodeDictionaryPage } from "../write/page.ts";
import { bitWidthOf, encodeRuns, maxRunBytes } from "../write/runs.ts";
import { openValueEncoder } from "../write/value-encoder.ts";
import type { LeafEntries } from "./leaf-builder.ts";

/** The pages of one leaf of one row group. A page begins with a row. */
export function encodeLeaf(entries: LeafEntries, settings: EncoderSettings, compress: Compressor): ColumnChunk {
  const { type, values: vector, definitions, maxDefinition } = entries;
  const encoder = openValueEncoder({ name: "", type, nullable: false }, settings);
  const pages: DataPage[] = [];
  const { repetitions } = entries;
  const count = definitions.length;
  const bytesTo = openByteCount(vector);
  let range: Range | undefined;
  let value = 0;
  for (let from = 0; from < count; ) {
    const firstValue = value;
    let to = from;
    while (to < count && to - from < settings.pageRows && bytesTo(value) - bytesTo(firstValue) < settings.pageBytes) {
      do {
        if (definitions[to] === maxDefinition) value++;
        to++;
      } while (repetitions !== undefined && to < count && repetitions[to] !== 0);
    }
    encoder.append({ vector, rows: undefined, from: firstValue, count: value - firstValue });
    const closed = encoder.closePage(to === count);
    const raw = Buffer.concat([...encodeLevels(entries, from, to), closed.bytes]);
    const encoded = encodeDataPage(raw, compress, { rowCount: to - from, hasDictionary: closed.hasDictionary });
    const nullCount = to - from - (value - firstValue);
    range = mergeRanges(range, closed.range);
    pages.push({ ...encoded, ...closed, rowCount: to - from, nullCount });
    from = to;
  }
  const closed = encoder.closeRowGroup();
  const dictionary = closed && encodeDictionaryPage(closed.bytes, compress, closed.entryCount);
  return { dictionary, pages, rowCount: count, nullCount: count - value, nanCount: 0, range };
}

/** Bytes of the values before a value, uncompressed. */
function openByteCount(vector: ColumnVector): (value: number) => number {
  const width = plainWidth(vector.storage);
  if (vector.storage !== "bytes") return (value) => value * width;
  const { offsets } = vector;
  return (value) => value * width + (offsets[value] ?? 0);
}

/** Repetition levels, then definition levels; a leaf without one of them has none of it. */
function encodeLevels(
  { maxDefinition, maxRepetition, ...levels }: LeafEntries,
  from: number,
  to: number,
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  if (levels.repetitions) parts.push(encodeLevelRuns(levels.repetitions.subarray(from, to), maxRepetition));
  if (maxDefinition > 0) parts.push(encodeLevelRuns(levels.definitions.subarray(from, to), maxDefinition));
  return parts;
}

/** The runs behind their length. */
function encodeLevelRuns(levels: Uint8Array, maxLevel: number): Uint8Array {
  const bitWidth = bitWidthOf(maxLevel + 1);
  const bytes = new Uint8Array(4 + maxRunBytes(levels.length, bitWidth));
  const end = encodeRuns(new Int32Array(levels), levels.length, bitWidth, { bytes, at: 4 });
  new DataView(bytes.buffer).setUint32(0, end - 4, true);
  return bytes.subarray(0, end);
}
