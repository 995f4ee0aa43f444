import type { ColumnBatch } from "@snowmelt/core/types";

/** Rows of the table that a merge has read, for their keys or to be written anew, of those known to be read. It may grow. */
export interface MergeProgress {
  readonly rows: number;
  readonly rowsExpected: number;
}

export interface MergeMeter {
  expect(rows: number): void;
  /** The same batches, counted when they have been dealt with. */
  count(batches: AsyncIterable<ColumnBatch>): AsyncIterable<ColumnBatch>;
}

export function openMergeMeter(tell: ((progress: MergeProgress) => void) | undefined): MergeMeter {
  let [rows, expected] = [0, 0];
  const told = (): void => tell?.({ rows, rowsExpected: Math.max(rows, expected) });
  return {
    expect(more) {
      expected += more;
      told();
    },
    async *count(batches) {
      for await (const batch of batches) {
        yield batch;
        rows += batch.rowCount;
        told();
      }
    },
  };
}
