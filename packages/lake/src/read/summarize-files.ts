import type { MetaData, PartitionValues } from "../delta/action.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { parseStats } from "../stats/parse-stats.ts";

export interface FileTotals {
  readonly files: number;
  readonly bytes: number;
  /** By the statistics; null where a file has none. */
  readonly rows: number | null;
}

export interface FileSizes extends FileTotals {
  readonly smallestBytes: number;
  readonly medianBytes: number;
  readonly largestBytes: number;
}

export interface PartitionTotals extends FileTotals {
  readonly partitionValues: PartitionValues;
}

export interface PartitionSummary {
  readonly count: number;
  /** Those with the most bytes, the largest first. */
  readonly largest: readonly PartitionTotals[];
  /** Bytes of the largest by those of the median: 1 is even. Null for a table without partitions or files. */
  readonly skew: number | null;
}

/** The live files of a table, all together. Pure. */
export function summarizeFiles({ files }: Pick<Snapshot, "files">): FileSizes {
  const sizes = [...files.values()].map(({ size }) => size).sort((a, b) => a - b);
  return {
    ...totalOf([...files.values()].map(fileTotals)),
    smallestBytes: sizes[0] ?? 0,
    medianBytes: sizes[sizes.length >> 1] ?? 0,
    largestBytes: sizes.at(-1) ?? 0,
  };
}

/** Its partitions, and how unevenly they are filled. Pure. */
export function summarizePartitions(
  { files, metaData }: Pick<Snapshot, "files"> & { readonly metaData: Pick<MetaData, "partitionColumns"> },
  mostListed = 10,
): PartitionSummary {
  const { partitionColumns } = metaData;
  if (partitionColumns.length === 0) return { count: 0, largest: [], skew: null };
  const byPartition = new Map<string, { readonly values: PartitionValues; readonly files: FileTotals[] }>();
  for (const add of files.values()) {
    const values = Object.fromEntries(partitionColumns.map((name) => [name, add.partitionValues[name] || null]));
    const key = JSON.stringify(partitionColumns.map((name) => values[name]));
    const held = byPartition.get(key) ?? { values, files: [] };
    byPartition.set(key, held);
    held.files.push(fileTotals(add));
  }
  const partitions = [...byPartition.values()]
    .map(({ values, files }): PartitionTotals => ({ partitionValues: values, ...totalOf(files) }))
    .sort((a, b) => b.bytes - a.bytes);
  const [largest, median] = [partitions[0], partitions[partitions.length >> 1]];
  return {
    count: partitions.length,
    largest: partitions.slice(0, mostListed),
    skew: largest && median && median.bytes > 0 ? largest.bytes / median.bytes : null,
  };
}

function fileTotals({
  size,
  stats,
}: {
  readonly size: number;
  readonly stats?: string | null | undefined;
}): FileTotals {
  return { files: 1, bytes: size, rows: parseStats(stats, [])?.numRecords ?? null };
}

function totalOf(parts: readonly FileTotals[]): FileTotals {
  let [files, bytes] = [0, 0];
  let rows: number | null = 0;
  for (const part of parts) {
    files += part.files;
    bytes += part.bytes;
    rows = rows === null || part.rows === null ? null : rows + part.rows;
  }
  return { files, bytes, rows };
}
