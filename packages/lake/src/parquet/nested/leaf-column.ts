import type { ColumnVector } from "@snowmelt/core/types";
import { decompress } from "../format/codec.ts";
import { Encoding, nameOf } from "../format/format.ts";
import { parquetError } from "../parquet-error.ts";
import { type DecodedPage, decodePages, type PageOpener } from "../read/chunk-pages.ts";
import type { ChunkMetadata } from "../read/file-metadata.ts";
import { type ByteCursor, decodeRuns } from "../read/runs.ts";
import type { SchemaNode } from "../read/schema-tree.ts";
import { openVectorAssembler } from "../read/vector-assembler.ts";
import { bitWidthOf } from "../write/runs.ts";

/** The entries of one leaf of one row group, by column: no object an entry. */
export interface LeafColumn {
  /** One an entry; the leaf has a value where it is `maxDefinition`. */
  readonly definitions: Uint8Array;
  /** 0 begins a row. Undefined where nothing repeats: then an entry is a row. */
  readonly repetitions: Uint8Array | undefined;
  readonly maxDefinition: number;
  /** Without NULLs; or the dictionary, where `indices` names the entry of each value. */
  readonly values: ColumnVector;
  readonly indices: Int32Array | undefined;
}

/** Of a row group; more is taken for damage before memory is asked for. */
const maxEntries = 2 ** 30;

/** Decodes a column chunk with its levels; `bytes` are exactly the chunk's. */
export function decodeLeaf(node: SchemaNode, chunk: ChunkMetadata, bytes: Uint8Array): LeafColumn {
  const { leaf, maxDefinition, maxRepetition } = node;
  if (!leaf?.type) {
    throw parquetError("PARQUET_UNSUPPORTED", `Column ${node.name}: ${leaf?.refusal ?? "it is no leaf"}.`);
  }
  const entryCount = chunk.valueCount;
  if (entryCount > maxEntries) throw damaged(`it announces ${entryCount} entries`);
  const definitions = new Uint8Array(entryCount);
  const repetitions = maxRepetition > 0 ? new Uint8Array(entryCount) : undefined;
  let at = 0;
  const openPage: PageOpener = (header, body, codec) => {
    const rowCount = header.valueCount;
    if (rowCount > entryCount - at) throw damaged("its pages hold more entries than it announces");
    let values: ByteCursor;
    const take = (target: Uint8Array, maxLevel: number, cursor: ByteCursor): void => {
      const levels = decodeRuns(cursor, bitWidthOf(maxLevel + 1), rowCount);
      for (let entry = 0; entry < rowCount; entry++) {
        const level = levels[entry] ?? 0;
        if (level > maxLevel) throw damaged(`a level is ${level}, above ${maxLevel}`);
        target[at + entry] = level;
      }
    };
    if (header.levels) {
      const { repetitionBytes, definitionBytes } = header.levels;
      const levelBytes = repetitionBytes + definitionBytes;
      if (levelBytes > body.length || levelBytes > header.rawBytes) throw damaged("levels are longer than their page");
      if (repetitions) take(repetitions, maxRepetition, { bytes: body, at: 0, end: repetitionBytes });
      if (maxDefinition > 0) take(definitions, maxDefinition, { bytes: body, at: repetitionBytes, end: levelBytes });
      const rawBytes = header.rawBytes - levelBytes;
      const rest = body.subarray(levelBytes);
      const raw = header.isCompressed && rawBytes > 0 ? decompress(codec, rest, rawBytes) : rest;
      values = { bytes: raw, at: 0, end: raw.length };
    } else {
      if (header.levelEncoding !== Encoding.RLE && maxDefinition > 0) throw levelEncoding(header.levelEncoding);
      const raw = decompress(codec, body, header.rawBytes);
      values = { bytes: raw, at: 0, end: raw.length };
      if (repetitions) take(repetitions, maxRepetition, takeLength(values));
      if (maxDefinition > 0) take(definitions, maxDefinition, takeLength(values));
    }
    let absent = 0;
    for (let entry = at; entry < at + rowCount; entry++) if (definitions[entry] !== maxDefinition) absent++;
    at += rowCount;
    return { rowCount, nullCount: absent, validity: undefined, values };
  };
  const options = { codec: chunk.codec, rowCount: entryCount, widen: (dense: ColumnVector) => dense, openPage };
  const pages = [...decodePages(bytes, leaf, options)];
  return { definitions, repetitions, maxDefinition, ...joinPages(leaf.type, pages) };
}

type LandTypeOfLeaf = NonNullable<NonNullable<SchemaNode["leaf"]>["type"]>;

/** One vector of all values. What a single page holds is taken as it is, and so is a dictionary that all pages share. */
function joinPages(type: LandTypeOfLeaf, pages: DecodedPage[]): Pick<LeafColumn, "values" | "indices"> {
  const [first] = pages;
  if (first && pages.length === 1) return { values: first.values, indices: first.indices };
  const counts = pages.map(({ rowCount, nullCount }) => rowCount - nullCount);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const used = pages.filter(({ rowCount, nullCount }) => rowCount > nullCount);
  const shared = used[0]?.values;
  if (shared && used.every(({ values, indices }) => indices !== undefined && values === shared)) {
    const indices = new Int32Array(total);
    let at = 0;
    for (const page of used) {
      indices.set(page.indices ?? [], at);
      at += page.indices?.length ?? 0;
    }
    return { values: shared, indices };
  }
  const bytes = pages.reduce((sum, page) => sum + valueBytes(page), 0);
  const assembler = openVectorAssembler(type, total, bytes);
  for (const [index, page] of pages.entries()) {
    const count = counts[index] ?? 0;
    assembler.append({ page: { ...page, rowCount: count, nullCount: 0 }, from: 0, to: count, value: 0 });
  }
  return { values: assembler.finish(), indices: undefined };
}

function valueBytes({ values, indices }: DecodedPage): number {
  if (values.storage !== "bytes") return 0;
  if (!indices) return values.bytes.length;
  let total = 0;
  for (const entry of indices) total += (values.offsets[entry + 1] ?? 0) - (values.offsets[entry] ?? 0);
  return total;
}

/** Moves the cursor behind runs that stand behind their length, and gives a cursor over them. */
function takeLength(cursor: ByteCursor): ByteCursor {
  const { bytes, at } = cursor;
  if (cursor.end - at < 4) throw damaged("a page is too short for its levels");
  const end = at + 4 + new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
  if (end > cursor.end) throw damaged("levels are longer than their page");
  cursor.at = end;
  return { bytes, at: at + 4, end };
}

const damaged = (what: string) => parquetError("PARQUET_CORRUPT", `A nested column chunk is damaged: ${what}.`);

const levelEncoding = (encoding: number) =>
  parquetError("PARQUET_UNSUPPORTED", `Levels in encoding ${nameOf(Encoding, encoding)} are not read.`);
