import type { AddFile, PartitionValues } from "../delta/action.ts";
import { encodeDataPath } from "../delta/data-path.ts";
import type { ParquetFileSummary } from "../parquet/index.ts";
import { type ReadTime, toReadTimeTags } from "./read-times.ts";

/** A data file that is written whole and that no log names yet. */
export interface DataFile {
  /** Key below the table's root. */
  readonly path: string;
  readonly partitionValues: PartitionValues;
  readonly rowCount: number;
  readonly bytes: number;
  /** Of the whole file, in hex; undefined for one that another writer wrote and whose bytes were not read. */
  readonly sha256: string | undefined;
  readonly modifiedAtMs: number;
  /** Delta statistics, JSON. */
  readonly stats: string;
  readonly summary: ParquetFileSummary;
}

/** A data file of our own writing. */
export interface LandedFile extends DataFile {
  readonly sha256: string;
}

/**
 * The action that makes the file part of the table. `readAt` is when its rows were read at the source, in microseconds since
 * the epoch, or for each of them in order; a merge needs it.
 */
export function toAddFile(file: DataFile, readAt?: bigint | readonly ReadTime[]): AddFile {
  const times = typeof readAt === "object" ? readAt : [{ rowCount: Math.max(1, file.rowCount), micros: readAt }];
  const tags = toReadTimeTags(times);
  return {
    path: encodeDataPath(file.path),
    partitionValues: file.partitionValues,
    size: file.bytes,
    modificationTime: file.modifiedAtMs,
    dataChange: true,
    stats: file.stats,
    ...(tags ? { tags } : {}),
  };
}
