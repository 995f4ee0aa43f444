import type { ObjectStore } from "@snowmelt/core/ports";
import { type Field, type LandType, type Value, valueAt } from "@snowmelt/core/types";
import { type Bound, compareStored, type StoredValue } from "../format/bound.ts";
import { Encoding, Physical } from "../format/format.ts";
import { decodeDense } from "./dense-values.ts";
import type { FileColumn } from "./file-column.ts";
import type { ChunkMetadata, ChunkStatistics } from "./file-metadata.ts";
import { type ParquetFooter, type ReadFooterOptions, readFooter, within } from "./read-footer.ts";

/** What a file's footer says of a column. Undefined is "not said"; a null bound is "there is no value to bound". */
export interface FooterColumn {
  readonly name: string;
  /** Undefined for a column that Snowmelt does not read, such as a nested one. */
  readonly type: LandType | undefined;
  readonly nullable: boolean;
  readonly nullCount: number | undefined;
  readonly min: Value | undefined;
  readonly max: Value | undefined;
  /** False where the bound may have been cut. */
  readonly isMinExact: boolean;
  readonly isMaxExact: boolean;
}

export interface FooterSummary {
  readonly rowCount: number;
  readonly bytes: number;
  readonly rowGroupCount: number;
  readonly createdBy: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly columns: readonly FooterColumn[];
}

/** Rows and per-column statistics of a file from its footer alone, by ranged reads. May be retried. */
export async function footerSummary(
  store: ObjectStore,
  key: string,
  options: ReadFooterOptions = {},
): Promise<FooterSummary> {
  const footer = await readFooter(store, key, options);
  return within(store, key, () => summarizeFooter(footer));
}

/** The same of a footer that was read before. */
export function summarizeFooter(footer: ParquetFooter): FooterSummary {
  const { rowCount, bytes, createdBy, metadata, rowGroups } = footer;
  const columns = footer.columns.map((column) => {
    const chunks = column.type ? rowGroups.flatMap((group) => group.chunks[column.leaf] ?? []) : [];
    return summarizeColumn(column, chunks);
  });
  return { rowCount, bytes, rowGroupCount: rowGroups.length, createdBy, metadata, columns };
}

/** The columns as fields, to read or to compare with a schema; those that Snowmelt does not read are left out. */
export function footerFields(footer: ParquetFooter): Field[] {
  return footer.columns.flatMap(({ name, type, nullable }) => (type ? [{ name, type, nullable }] : []));
}

function summarizeColumn(column: FileColumn, chunks: readonly ChunkMetadata[]): FooterColumn {
  const { name, type, nullable } = column;
  const min = type && mergeBounds(column, chunks, lowerOf);
  const max = type && mergeBounds(column, chunks, upperOf);
  const counts = chunks.map(({ statistics }) => (nullable ? statistics?.nullCount : 0));
  const isCounted = type !== undefined && counts.every((count) => count !== undefined);
  return {
    name,
    type,
    nullable,
    nullCount: isCounted ? counts.reduce((total: number, count) => total + (count ?? 0), 0) : undefined,
    min: min && (min === "none" ? null : toValue(type, min.value)),
    max: max && (max === "none" ? null : toValue(type, max.value)),
    isMinExact: typeof min === "object" && min.exact,
    isMaxExact: typeof max === "object" && max.exact,
  };
}

interface Side {
  readonly bytesOf: (statistics: ChunkStatistics) => Uint8Array | undefined;
  readonly isExact: (statistics: ChunkStatistics) => boolean | undefined;
  /** Positive where the first bound is the outer one. */
  readonly order: (a: StoredValue, b: StoredValue) => number;
}

const lowerOf: Side = {
  bytesOf: ({ min }) => min,
  isExact: ({ isMinExact }) => isMinExact,
  order: (a, b) => compareStored(b, a),
};
const upperOf: Side = {
  bytesOf: ({ max }) => max,
  isExact: ({ isMaxExact }) => isMaxExact,
  order: compareStored,
};

/** "none" when no chunk has a value; undefined when one has values and no bound. */
function mergeBounds(column: FileColumn, chunks: readonly ChunkMetadata[], side: Side): Bound | "none" | undefined {
  let outer: Bound | undefined;
  for (const { statistics, valueCount } of chunks) {
    if (statistics?.nullCount === valueCount) continue;
    const bytes = statistics && side.bytesOf(statistics);
    if (!statistics || !bytes) return undefined;
    // Writers that cut text before the flags existed said nothing of it.
    const exact = side.isExact(statistics) ?? column.physical !== Physical.BYTE_ARRAY;
    const bound = { value: decodeBound(column, bytes), exact };
    const order = outer ? side.order(bound.value, outer.value) : 1;
    if (order > 0 || (order === 0 && exact)) outer = bound;
  }
  return outer ?? "none";
}

function decodeBound(column: FileColumn, bytes: Uint8Array): StoredValue {
  if (column.type?.kind === "string" || column.type?.kind === "binary") return bytes;
  const plain = column.physical === Physical.BYTE_ARRAY ? withLength(bytes) : bytes;
  const dense = decodeDense(column, Encoding.PLAIN, { bytes: plain, at: 0, end: plain.length }, 1);
  const value = valueAt(column.type ?? { kind: "binary" }, dense, 0);
  return value === null || typeof value === "string" ? bytes : value;
}

function withLength(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.length + 4);
  new DataView(plain.buffer).setInt32(0, bytes.length, true);
  plain.set(bytes, 4);
  return plain;
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function toValue(type: LandType, value: StoredValue): Value {
  return value instanceof Uint8Array && type.kind === "string" ? utf8.decode(value) : value;
}
