import type { AddFile, PartitionValues } from "../delta/action.ts";
import { encodeDataPath } from "../delta/data-path.ts";
import type { ParquetFileSummary } from "../parquet/index.ts";

/** A data file that is written whole and that no log names yet. */
export interface LandedFile {
  /** Key below the table's root. */
  readonly path: string;
  readonly partitionValues: PartitionValues;
  readonly rowCount: number;
  readonly bytes: number;
  /** Of the whole file, in hex. */
  readonly sha256: string;
  readonly modifiedAtMs: number;
  /** Delta statistics, JSON. */
  readonly stats: string;
  readonly summary: ParquetFileSummary;
}

/** The tag that says when the rows of a file were read at the source: microseconds since the epoch. */
const snapshotTag = "snowmelt.snapshotMicros";

/** The action that makes the file part of the table. `snapshotMicros` is when its rows were read; a merge needs it. */
export function toAddFile(file: LandedFile, snapshotMicros?: bigint): AddFile {
  return {
    path: encodeDataPath(file.path),
    partitionValues: file.partitionValues,
    size: file.bytes,
    modificationTime: file.modifiedAtMs,
    dataChange: true,
    stats: file.stats,
    ...(snapshotMicros === undefined ? {} : { tags: { [snapshotTag]: String(snapshotMicros) } }),
  };
}

/** Undefined for a file of another writer, or one landed without it. */
export function snapshotMicrosOf(add: AddFile): bigint | undefined {
  const text = add.tags?.[snapshotTag];
  return typeof text === "string" && /^-?\d+$/.test(text) ? BigInt(text) : undefined;
}
