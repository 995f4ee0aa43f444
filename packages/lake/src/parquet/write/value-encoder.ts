import { type Field, storageOf } from "@snowmelt/core/types";
import type { Range } from "../format/bound.ts";
import { openDictionary } from "./dictionary.ts";
import type { EncoderSettings } from "./encoder-options.ts";
import type { Compressor } from "./page.ts";
import { openPlainValues } from "./plain.ts";
import { openRangeTracker } from "./range-tracker.ts";
import { bitWidthOf, encodeRuns, maxRunBytes } from "./runs.ts";
import { type Slice, sliceFrom } from "./slice.ts";

/** The values of one page. `bytes` is a view, valid until the encoder is used again. */
export interface PageValues {
  readonly bytes: Uint8Array;
  readonly hasDictionary: boolean;
  readonly range: Range | undefined;
  readonly nanCount: number;
}

/** Values without their NULLs: by dictionary as long as that pays, PLAIN from then on to the end of the row group. */
export interface ValueEncoder {
  append(slice: Slice): void;
  /** `isLast`: of the row group. */
  closePage(isLast: boolean): PageValues;
  /** Entries that finished pages refer to, PLAIN; undefined when none does. Starts the next row group. */
  closeRowGroup(): { readonly bytes: Uint8Array; readonly entryCount: number } | undefined;
  /** What the open page and the dictionary would take if they ended here. */
  probeBytes(compress: Compressor): number;
  /** PLAIN bytes of the dictionary so far. */
  readonly dictionaryBytes: number;
  readonly heldBytes: number;
}

export function openValueEncoder(field: Field, settings: EncoderSettings): ValueEncoder {
  const storage = storageOf(field.type);
  const plain = openPlainValues(storage);
  const ranges = openRangeTracker(field.type, settings.boundBytes);
  const dictionary = settings.dictionary && openDictionary(storage, settings.dictionary);
  let isIndexing = dictionary !== undefined;
  /** Entries that finished pages refer to. */
  let usedEntries = 0;
  let indices = new Int32Array(0);
  let indexCount = 0;
  let runs = new Uint8Array(0);

  const appendPlain = (slice: Slice): void => {
    plain.append(slice);
    ranges.widen(slice);
  };
  /** The open page becomes plain; finished pages keep the entries they refer to. */
  const abandonDictionary = (): void => {
    isIndexing = false;
    if (dictionary) appendPlain({ vector: dictionary.entries(), rows: indices, from: 0, count: indexCount });
    indexCount = 0;
  };
  /** A dictionary that makes no first page smaller, such as one of keys, is dropped before anything refers to it. */
  const isWorthwhile = (isLast: boolean): boolean => {
    if (!dictionary || usedEntries > 0) return true;
    if (!isLast && indexCount < (settings.dictionary?.probationValues ?? 0)) return true;
    const indexBytes = (bitWidthOf(dictionary.count) * indexCount) / 8;
    const meanBytes = dictionary.byteLength / Math.max(1, dictionary.count);
    return dictionary.byteLength + indexBytes < meanBytes * indexCount;
  };
  /** Compares each entry once, however often the page names it. */
  const widenByEntries = (): void => {
    if (!dictionary) return;
    const isSeen = new Uint8Array(dictionary.count);
    const rows = new Int32Array(Math.min(dictionary.count, indexCount));
    let count = 0;
    for (let i = 0; i < indexCount; i++) {
      const entry = indices[i] ?? 0;
      if (isSeen[entry] !== 0) continue;
      isSeen[entry] = 1;
      rows[count++] = entry;
    }
    ranges.widen({ vector: dictionary.entries(), rows, from: 0, count });
  };
  const encodeIndices = (entryCount: number): Uint8Array => {
    const bitWidth = bitWidthOf(entryCount);
    const needed = 1 + maxRunBytes(indexCount, bitWidth);
    if (runs.length < needed) runs = new Uint8Array(needed);
    runs[0] = bitWidth;
    return runs.subarray(0, encodeRuns(indices, indexCount, bitWidth, { bytes: runs, at: 1 }));
  };

  return {
    append(slice) {
      if (!isIndexing || !dictionary) return appendPlain(slice);
      if (indices.length < indexCount + slice.count) {
        const wider = new Int32Array(Math.max(indexCount + slice.count, indices.length * 2));
        wider.set(indices);
        indices = wider;
      }
      const taken = dictionary.index(slice, indices, indexCount);
      indexCount += taken;
      if (taken === slice.count) return;
      abandonDictionary();
      appendPlain(sliceFrom(slice, taken));
    },
    closePage(isLast) {
      if (isIndexing && indexCount > 0 && !isWorthwhile(isLast)) abandonDictionary();
      // A page of NULLs alone is plain: it needs no bit width, and some readers stumble over one without indices.
      const hasDictionary = isIndexing && indexCount > 0 && dictionary !== undefined;
      if (hasDictionary) widenByEntries();
      const bytes = hasDictionary ? encodeIndices(dictionary.count) : plain.bytes();
      if (hasDictionary) usedEntries = dictionary.count;
      indexCount = 0;
      plain.clear();
      return { bytes, hasDictionary, ...ranges.take() };
    },
    closeRowGroup() {
      const entryCount = usedEntries;
      if (dictionary && entryCount > 0) {
        plain.append({ vector: dictionary.entries(), rows: undefined, from: 0, count: entryCount });
      }
      const bytes = plain.bytes();
      plain.clear();
      dictionary?.clear();
      isIndexing = dictionary !== undefined;
      usedEntries = 0;
      return entryCount === 0 ? undefined : { bytes, entryCount };
    },
    probeBytes(compress) {
      if (!isIndexing || !dictionary) return compress(plain.bytes()).length;
      plain.append({ vector: dictionary.entries(), rows: undefined, from: 0, count: dictionary.count });
      const entryBytes = compress(plain.bytes()).length;
      plain.clear();
      return entryBytes + compress(encodeIndices(dictionary.count)).length;
    },
    get dictionaryBytes() {
      return isIndexing || usedEntries > 0 ? (dictionary?.byteLength ?? 0) : 0;
    },
    get heldBytes() {
      return plain.heldBytes + indices.byteLength + runs.length + (dictionary?.heldBytes ?? 0);
    },
  };
}
