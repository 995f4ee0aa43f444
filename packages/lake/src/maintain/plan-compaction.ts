import type { AddFile, PartitionValues } from "../delta/action.ts";
import { isAbsoluteDataPath } from "../delta/data-path.ts";
import { samePartition } from "../delta/find-conflict.ts";
import type { Snapshot } from "../delta/snapshot.ts";
import { foreignTags } from "../land/read-times.ts";

export interface CompactionQuestion {
  /** Files are put together up to this size. @default 134_217_728 (128 MiB) */
  readonly targetFileBytes?: number;
  /** Larger files are left alone. @default three quarters of the target */
  readonly smallFileBytes?: number;
  /** Partitions to look at; columns that one leaves out may have any value. @default all */
  readonly partitions?: readonly PartitionValues[];
}

/** Files of one partition that become one. */
export interface CompactionGroup {
  readonly partitionValues: PartitionValues;
  readonly files: readonly { readonly path: string; readonly add: AddFile }[];
  readonly bytes: number;
}

/**
 * Which small files become one: first fit, in the order of the log, so that rows that came together stay together, and so
 * that no two groups of a partition would fit into one. Files whose tags of other uses differ stay apart. Pure.
 */
export function planCompaction(snapshot: Snapshot, question: CompactionQuestion = {}): readonly CompactionGroup[] {
  const { targetFileBytes = 128 << 20, smallFileBytes = (targetFileBytes * 3) / 4, partitions } = question;
  const { partitionColumns } = snapshot.metaData;
  const byPartition = new Map<string, OpenGroup[]>();
  for (const [path, add] of snapshot.files) {
    if (add.size >= smallFileBytes || isAbsoluteDataPath(path)) continue;
    if (partitions && !partitions.some((asked) => samePartition(asked, add.partitionValues))) continue;
    const values = partitionColumns.map((name) => add.partitionValues[name] ?? null);
    const key = JSON.stringify([values, Object.entries(foreignTags(add)).sort()]);
    const groups = byPartition.get(key) ?? [];
    byPartition.set(key, groups);
    const group = groups.find(({ bytes }) => bytes + add.size <= targetFileBytes);
    if (group) {
      group.files.push({ path, add });
      group.bytes += add.size;
    } else groups.push({ partitionValues: add.partitionValues, files: [{ path, add }], bytes: add.size });
  }
  return [...byPartition.values()].flat().filter(({ files }) => files.length > 1);
}

interface OpenGroup {
  readonly partitionValues: PartitionValues;
  readonly files: { readonly path: string; readonly add: AddFile }[];
  bytes: number;
}
