/** Rows of one partition, in the order of the staged table. */
export interface PartitionRows {
  /** The folder that PARTITION BY makes, empty without one. */
  readonly folder: string;
  readonly firstRow: number;
  readonly rowCount: number;
}

/** Rows that one writer turns into files. */
export interface Piece extends PartitionRows {
  readonly thread: number;
}

export interface PieceSizes {
  readonly threads: number;
  readonly rowsPerThread: number;
}

/** Shares every partition's rows out to writers, so that no two have both a folder and a number in common. */
export function planPieces(partitions: readonly PartitionRows[], sizes: PieceSizes): readonly Piece[] {
  const numbered = new Map<string, number>();
  return partitions.flatMap((partition) => {
    const { folder, firstRow, rowCount } = partition;
    const threads = Math.min(sizes.threads, Math.ceil(rowCount / sizes.rowsPerThread));
    const before = numbered.get(folder) ?? 0;
    numbered.set(folder, before + threads);
    return Array.from({ length: threads }, (_, index) => {
      const from = Math.floor((rowCount * index) / threads);
      const to = Math.floor((rowCount * (index + 1)) / threads);
      return { folder, thread: before + index, firstRow: firstRow + from, rowCount: to - from };
    });
  });
}

/** The rows of a row group, so that a file is cut close below its size. */
export function rowsPerGroup(maxFileBytes: number, bytesPerRow: number): number {
  const groups = 2048;
  const fitting = Math.floor(maxFileBytes / 8 / Math.max(1, bytesPerRow) / groups) * groups;
  return Math.min(122_880, Math.max(groups, fitting));
}
