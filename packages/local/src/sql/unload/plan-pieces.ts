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

/** How DuckDB cuts files: it ends one with the row group that takes it past `cutBytes`. */
export interface FileCut {
  readonly rowsPerGroup: number;
  readonly cutBytes: number;
}

/** Row groups are of this many rows and their multiples. */
const GROUP_STEP = 2048;
const MOST_GROUP_ROWS = 122_880;

/** Cuts files one row group short of `maxFileBytes`, so that what compression does not shrink still stays below. */
export function planFileCut(maxFileBytes: number, bytesPerRow: number): FileCut {
  const eighth = Math.floor(maxFileBytes / 8 / Math.max(1, bytesPerRow) / GROUP_STEP) * GROUP_STEP;
  const rowsPerGroup = Math.min(MOST_GROUP_ROWS, Math.max(GROUP_STEP, eighth));
  return { rowsPerGroup, cutBytes: Math.max(1, Math.floor(maxFileBytes - 1.1 * rowsPerGroup * bytesPerRow)) };
}
